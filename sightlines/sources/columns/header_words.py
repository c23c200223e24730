"""Words of headers in the languages of the world, and what they mean.

`vocabulary` defines the terms and says how a header is looked up here; the values below it are held
against what it says (`value_meanings`).
"""

from __future__ import annotations

# Meaning -> words that a header is as a whole; earlier words of a meaning are better ones.
WHOLE: dict[str, tuple[str, ...]] = {
    "native_id": (
        "native_id", "camera_id", "cctv_id", "cctvid", "cam_id", "cameraid", "device_id",
        "asset_id", "unique_id", "camera_number", "camera_no", "camera_nr", "camera_code",
        "camera_ref", "camera_reference", "council_id", "관리번호", "cctv관리번호", "攝影機編號",
        "摄像机编号", "設備編號", "設備代號", "編號", "编号", "監視器編號", "key", "id", "osm_id",
        "numero", "numéro", "número", "nummer", "kennung", "identifiant",
        "identificador", "identifier", "管理番号", "номер", "kod", "รหัส", "รหัสกล้อง", "ref",
        "uuid", "guid",
        "location_id", "site_id", "code", "object_id", "objectid", "fid", "ogc_fid", "gid", "번호",
        "연번", "순번", "序號", "流水號", "no", "nr", "num", "codigo",
        "攝影機代碼", "摄像机编码", "设备编号", "카메라번호", "카메라id", "장비번호",
    ),
    "osm_type": ("osm_type", "element_type"),
    "osm_node_id": ("osm_node_id", "osm_node"),
    "osm_way_id": ("osm_way_id", "osm_way"),
    "osm_relation_id": ("osm_relation_id", "osm_relation", "osm_rel_id"),
    "tags": ("tags", "osm_tags", "other_tags", "all_tags"),
    "place": (
        "place", "area_name", "area", "ward", "ward_name", "neighbourhood", "neighborhood",
        "neighbourhood_name", "community_area", "suburb", "quarter", "quartier", "barrio",
        "bairro", "stadtteil", "ortsteil", "읍면동", "행정동", "법정동", "읍면동명", "里別",
        "町名", "district", "district_name", "borough", "borough_name", "bezirk", "distrito",
        "arrondissement", "자치구", "구명", "구", "시군구", "시군구명", "행정구역", "行政區",
        "行政区", "區", "区", "鄉鎮市區", "鄉鎮", "地區", "地区", "区市町村", "市区町村", "район",
        "เขต", "อำเภอ", "municipality", "city", "town", "village", "gemeinde", "kommune",
        "commune", "ville", "municipio", "município", "comune", "ciudad", "cidade", "縣市", "城市",
        "市", "город", "county", "province", "state_province", "departement", "département",
        "code_postal", "postcode", "postal_code", "zip", "zip_code", "plz", "region", "région",
        "región", "시도", "시도명", "kommun", "bydel", "stadsdel", "stadsdeel", "wijk", "buurt",
        "gmina", "powiat", "miasto", "dzielnica", "osiedle", "obec", "město", "mesto",
        "městská_část", "mestska_cast", "ilçe", "mahalle", "semt", "şehir", "kecamatan",
        "kelurahan", "wilayah", "kota", "barangay", "localidad", "alcaldia", "alcaldía", "colonia",
        "comuna", "freguesia", "concelho", "localidade", "quartiere", "circoscrizione",
        "kaupunginosa", "kunta", "kerület", "admarea", "adm_area", "округ", "שכונה", "עיר", "רובע",
        "حي", "منطقة", "المنطقة", "المدينة", "geo_local_area", "市区町村名", "市町村名",
        "市區町村", "区县", "街道", "街镇", "行政區域", "縣市別", "區別", "แขวง", "ตำบล", "quận",
        "huyện", "phường", "postleitzahl", "provincia", "都道府県名", "จังหวัด",
    ),
    "addr_full": (
        "address", "addr", "full_address", "street_address", "site_address", "location_address",
        "adresse", "indirizzo", "direccion", "dirección", "endereço", "endereco", "adres", "адрес",
        "소재지도로명주소", "소재지지번주소", "도로명주소", "지번주소", "주소", "설치주소",
        "설치장소", "설치위치", "설치지점", "위치", "소재지", "地址", "安裝地址", "安裝地點",
        "設置地點", "设置地点", "設置地址", "設置場所", "設置位置", "地點", "地点", "位置", "住所",
        "所在地", "路口", "location", "location_desc", "location_desc_en", "location_description",
        "location_name", "site", "site_name", "camera_location", "emplacement", "implantation",
        "localisation", "lieu", "standort", "ort", "lage", "ubicacion", "ubicación",
        "localizacion", "localización", "emplazamiento", "localização", "posizione", "ubicazione",
        "locatie", "plats", "sijainti", "lokalizacja", "umístění", "местоположение", "место",
        "ที่ตั้ง", "สถานที่", "intersection", "cross_street", "main_road", "street", "street_name",
        "rue", "rue_croisement_1", "calle", "via", "straße", "strasse", "vị_trí", "địa_chỉ",
        "설치주소지", "vejnavn", "gadenavn", "gateadresse", "gatuadress", "osoite", "katuosoite",
        "cím", "utca", "ulica", "ulice", "adresa", "sokak", "cadde", "konum", "adres_bilgisi",
        "alamat", "lokasi", "jalan", "morada", "local", "місце", "адреса", "улица", "כתובת",
        "מיקום", "العنوان", "الموقع", "สถานที่ติดตั้ง", "จุดติดตั้ง", "địa_điểm", "设置位置",
        "安装位置", "安装地点", "安裝位置", "裝設地點", "裝設位置", "架設地點", "場所", "設置箇所",
        "設置住所", "straatnaam", "straat", "tänav", "asukoht", "adrese", "adresas", "vieta",
        "nom_voie",
    ),
    "name": (
        "name", "camera_name", "cctv_name", "title", "label", "nom", "nombre", "nome",
        "bezeichnung", "명칭", "카메라명", "cctv명", "名稱", "名称", "攝影機名稱", "ชื่อ", "ชื่อกล้อง",
        "название", "nazwa", "naam", "namn", "ad", "sitename", "common_name", "titel", "titre",
        "titulo", "título", "titolo", "nazev", "název", "názov", "navn", "nimi", "naziv",
        "denumire", "ad\u0131", "isim", "nama", "designação", "designacao", "denominación",
        "denominazione", "наименование", "назва", "שם", "الاسم", "名前", "名稱說明", "點位名稱",
        "点位名称", "tên", "libelle", "libellé", "nom_fr",
    ),
    "description": (
        "description", "desc", "descripcion", "descripción", "descrição", "beschreibung", "설명",
        "描述", "說明", "описание", "omschrijving", "opis", "opis_lokalizacji", "popis", "kuvaus",
        "beskrivelse", "beskrivning", "aç\u0131klama", "deskripsi", "keterangan_lokasi",
    ),
    "operator": (
        "operator", "operator_name", "operated_by", "run_by", "owner", "owned_by", "managed_by",
        "manager", "agency", "agency_name", "department", "authority", "organisation",
        "organization", "관리기관명", "관리기관", "운영기관", "관리주체", "관리부서", "기관명",
        "所屬單位", "管理單位", "管理单位", "管理機關", "主管機關", "設置單位", "維護單位",
        "管理者", "betreiber", "exploitant", "gestionnaire", "operador", "gestor", "gestore",
        "operatore", "beheerder", "оператор", "владелец", "provozovatel", "prevádzkovateľ",
        "zarządca", "huvudman", "operatör", "işletmeci", "kurum", "pengelola", "propietario",
        "titular", "proprietário", "ente_gestore", "eigentümer", "eigenaar", "dienstabteilung",
        "관리부서명", "설치기관", "权属单位", "建設單位", "设置单位", "所属单位", "所屬分局",
        "設置者", "設置主体", "หน่วยงาน",
    ),
    "operator_type": (
        "operator_type", "owner_type", "ownership", "sector",
    ),
    "manufacturer": (
        "manufacturer", "brand", "make", "maker", "vendor", "camera_brand", "제조사", "제조업체",
        "廠牌", "品牌", "製造商", "メーカー", "hersteller", "fabricant", "marque", "marca",
        "fabricante", "equipement", "équipement", "производитель",
    ),
    "camera_type": (
        "camera_type", "cam_type", "type_of_camera", "카메라유형", "카메라종류", "카메라타입",
        "攝影機類型", "摄像机类型", "攝影機型式", "kameratyp", "type_camera", "type_de_camera",
        "type_de_caméra", "tipo_de_camara", "tipo_camara", "tipo_telecamera", "设备类型",
        "摄像头类型", "攝影機種類", "カメラ種類", "カメラ種別", "機器種別",
    ),
    "camera_mount": (
        "camera_mount", "mount", "mount_type", "mounting", "mounted_on", "mounting_type",
        "support", "설치형태", "設置方式", "montage", "befestigung", "soporte",
    ),
    "camera_direction": (
        "camera_direction", "direction", "direction_cardinal", "camera_facing", "facing",
        "heading", "bearing", "azimuth", "orientation", "compass_direction", "camera_heading",
        "촬영방면정보", "촬영방면", "촬영방향", "방향", "攝影方向", "拍攝方向", "拍摄方向",
        "監視方向", "方向", "方位", "撮影方向", "richtung", "blickrichtung", "himmelsrichtung",
        "azimut", "orientación", "orientacion", "orientação", "orientamento", "rumbo", "kierunek",
        "направление", "ทิศทาง", "riktning", "retning", "suunta", "yön", "arah", "směr", "smer",
        "direção", "richting", "kijkrichting", "direzione", "orientacao", "朝向", "監控方向",
        "监控方向", "摄像方向",
    ),
    "camera_angle": (
        "camera_angle", "tilt", "tilt_angle", "neigung", "inclinaison",
    ),
    "height": (
        "height", "height_m", "mounting_height", "camera_height", "hauteur", "höhe", "altura",
        "altezza", "hoogte", "설치높이", "높이", "高度", "высота", "hauteur_m",
        "installation_height", "wysokość", "výška", "높이_m",
    ),
    "surveillance_zone": (
        "surveillance_zone", "zone", "zone_type",
    ),
    "purpose": (
        "purpose", "purpose_of_use", "use", "usage", "설치목적구분", "설치목적", "목적",
        "설치용도", "용도", "設置目的", "用途", "使用目的", "zweck", "finalité", "finalite",
        "objet", "finalidad", "finalidade", "scopo", "doel", "назначение", "cel", "účel", "amaç",
        "tujuan", "ändamål", "formål", "propósito", "motivo", "設置の目的", "监控目的",
    ),
    "retention_days": (
        "retention_days", "retention", "retention_period", "storage_days", "보관일수", "보관기간",
        "保存天數", "保存日数", "保存期限", "speicherdauer", "durée_de_conservation",
        "duree_de_conservation", "conservation_jours", "bewaartermijn", "retention_time",
        "recorded_retention_time", "retention_period_days", "storage_period", "speicherfrist",
        "speicherdauer_tage", "aufbewahrungsdauer", "aufbewahrungsdauer_tage",
        "aufbewahrungsfrist", "délai_de_conservation", "delai_de_conservation",
        "plazo_de_conservación", "giorni_di_conservazione", "tempo_di_conservazione",
        "bewaarperiode", "prazo_de_conservação", "okres_przechowywania", "보존기간", "保存期間",
        "保存天数",
    ),
    "camera_count": (
        "camera_count", "count_of_cameras", "number_of_cameras", "no_of_cameras", "num_cameras",
        "n_cameras", "cameras", "camera_qty", "cctv_count", "cctv_qty", "number_of_cctv",
        "total_cameras", "nb_cameras", "nb_caméras", "nombre_de_cameras", "nombre_de_caméras",
        "nombre_cameras", "anzahl_kameras", "kameraanzahl", "kameras", "anzahl",
        "numero_de_camaras", "número_de_cámaras", "cantidad_de_camaras", "cantidad_de_cámaras",
        "cantidad", "n_telecamere", "numero_telecamere", "aantal_cameras", "카메라대수",
        "설치대수", "카메라수", "cctv대수", "cctv수", "운영대수", "대수", "수량", "攝影機數",
        "攝影機數量", "監視器數量", "鏡頭數", "鏡頭數量", "摄像头数量", "數量", "数量", "台數",
        "台数", "支數", "設置台数", "カメラ台数", "количество_камер", "จำนวนกล้อง", "quantity",
        "count", "qty", "antal", "aantal", "ilość", "liczba", "počet", "jumlah", "adet",
        "say\u0131s\u0131",
        "quantidade", "qtd", "qtde", "кол_во", "количество", "кількість", "quantita", "quantità",
        "effectif", "nb", "카메라_수", "총대수", "设备数量", "摄像机数量", "攝影機支數",
        "監視器支數", "鏡頭支數", "カメラの台数", "設置数", "設置基数", "จำนวน", "จำนวน_กล้อง",
        "מספר_מצלמות", "عدد_الكاميرات", "số_lượng",
    ),
    "kind": (
        "kind", "device_type", "enforcement_type", "camera_kind", "장비종류", "단속구분",
        "설비종류", "설치구분", "類型", "类型", "種類", "种类", "구분", "유형", "종류", "type",
        "category", "class", "typ", "art", "tipo", "catégorie", "categorie", "kategorie",
        "categoria", "categoría", "тип", "tipologia", "druh", "typ_zařízení", "rodzaj", "soort",
        "tür", "türü", "tip", "jenis", "tyyppi", "tüüp", "typologie", "סוג", "نوع", "النوع",
        "ประเภท", "loại", "設備類型", "device_category", "tipo_de_dispositivo", "tipo_dispositivo",
        "тип_устройства", "вид",
    ),
    "status": (
        "status", "state", "camera_status", "operational_status", "operation_status", "lifecycle",
        "condition", "in_service", "운영상태", "상태", "가동상태", "狀態", "状态", "使用狀態",
        "状態", "zustand", "etat", "état", "statut", "estado", "situação", "stato", "stan",
        "статус", "состояние", "สถานะ", "working_condition", "working_status", "camera_condition",
        "current_status", "service_status", "stav", "tila", "tillstånd", "durum", "durumu",
        "situacao", "betriebszustand", "betriebsstatus", "estatus", "situación", "estado_actual",
        "estado_operativo", "kondisi", "\u05e1\u05d8\u05d8\u05d5\u05e1", "מצב", "الحالة",
        "运行状态", "设备状态", "設備狀態", "使用状态", "使用状況",
        "稼働状況", "tình_trạng", "trạng_thái", "สภาพ",
        "สถานะการใช้งาน", "สถานะกล้อง", "운영여부", "사용여부", "작동여부",
    ),
    "enforcement": (
        "violation_type", "violation", "type_of_violation", "offence", "offence_type", "offense",
        "違規類型", "違規項目", "取締項目", "取締種類", "執法項目", "违法类型", "위반유형",
        "위반구분",
    ),
    "start_date": (
        "start_date", "install_date", "installation_date", "date_installed", "installed",
        "installed_on", "install_year", "installation_year", "year_installed", "year_of_install",
        "camera_install_year", "go_live_date", "golive_date", "live_date", "commissioned",
        "commission_date", "date_installation", "date_d_installation", "date_de_mise_en_service",
        "mise_en_service", "설치연월", "설치년월", "설치일자", "설치일", "설치연도", "설치년도",
        "設置日期", "安裝日期", "設置年月", "設置年度", "启用日期", "啟用日期", "設置年月日",
        "inbetriebnahme", "installationsdatum", "fecha_de_instalacion", "fecha_instalacion",
        "fecha_de_instalación", "data_de_instalação", "data_installazione", "дата_установки",
        "date_activated", "activation_date", "activated", "activated_on", "turn_on_date",
        "date_turned_on", "installed_date", "date_of_installation", "commissioning_date",
        "commissioned_date", "commissioned_on", "in_service_date", "date_mise_en_service",
        "date_mes", "annee_installation", "année_installation", "date_pose", "datum_instalace",
        "data_instalacji", "data_montażu", "startdatum", "installatiedatum", "plaatsingsdatum",
        "ingebruikname", "in_betrieb_seit", "inbetriebnahmedatum", "betriebsbeginn",
        "installiert_am", "fecha_instalación", "fecha_de_puesta_en_marcha", "año_de_instalación",
        "anno_installazione", "data_attivazione", "data_instalação", "data_da_instalação",
        "ano_de_instalação", "kurulum_tarihi", "tanggal_pemasangan", "ngày_lắp_đặt", "дата_ввода",
        "дата_ввода_в_эксплуатацию", "дата_монтажа", "安装日期", "安装时间", "設置時期", "設置日",
        "設置年", "啟用年月", "建置年度", "วันที่ติดตั้ง", "설치시기", "설치완료일",
    ),
    "observed_at": (
        "observed_at", "last_seen", "survey_date", "surveyed_on", "inspection_date",
        "last_verified", "last_confirmed", "verified_on", "date_observed", "데이터기준일자",
        "데이터기준일", "기준일자", "資料日期", "date_de_constat", "stand_der_daten",
        "date_checked", "last_checked", "checked_on", "기준연월", "資料時間",
    ),
    "last_edited_at": (
        "last_edited_at", "last_modified", "last_updated", "updated_at", "update_time",
        "updated_on", "modified_at", "date_modified", "edit_date", "osm_timestamp", "최종수정시점",
        "수정일자", "更新時間", "更新日期", "date_heure_dernier_changement",
        "date_de_modification", "fecha_de_actualizacion", "letzte_änderung", "edited", "editdate",
        "last_edited_date", "lastmodified", "last_edit_date", "수정일시", "最終更新日",
    ),
}  # fmt: skip

# Parts of a word that say it all, wherever they stand; for scripts that write words together.
INSIDE: tuple[tuple[str, str], ...] = (
    ("카메라대수", "camera_count"), ("설치대수", "camera_count"), ("도로명주소", "addr_full"),
    ("지번주소", "addr_full"), ("설치장소", "addr_full"), ("설치위치", "addr_full"),
    ("주소", "addr_full"), ("관리번호", "native_id"), ("관리기관", "operator"),
    ("운영기관", "operator"), ("설치목적", "purpose"), ("보관일수", "retention_days"),
    ("촬영방", "camera_direction"), ("설치연월", "start_date"), ("설치년", "start_date"),
    ("설치일", "start_date"), ("설치연도", "start_date"), ("기준일", "observed_at"),
    ("地址", "addr_full"), ("地點", "addr_full"), ("地点", "addr_full"),
    ("攝影方向", "camera_direction"), ("拍攝方向", "camera_direction"),
    ("設置年月", "start_date"), ("安装日期", "start_date"), ("安裝日期", "start_date"),
)  # fmt: skip

# What calls a device a camera within a header, one and several of them.
CAMERA = frozenset(
    {
        "camera", "cam", "cctv", "kamera", "kamery", "kameru", "camara", "telecamera", "камера",
        "камеры", "kameran", "kameraet", "kameranin", "videocamera", "מצלמה",
    }
)  # fmt: skip
CAMERAS = frozenset(
    {
        "cameras", "cams", "cctvs", "kameras", "kameror", "kameraer", "kamer", "camaras",
        "telecamere", "камер", "cameraen", "kameralar", "kamerat", "videocameras",
        "מצלמות",
    }
)  # fmt: skip
# What may stand beside it without a meaning of its own.
FILLERS = frozenset(
    {
        "the", "of", "a", "s", "de", "da", "do", "del", "della", "delle", "di", "la", "le", "les",
        "des", "du", "d", "l", "der", "die", "das", "van", "av", "af", "den", "al", "el", "los",
    }
)  # fmt: skip
# What stands beside it, if `WHOLE` has no word for it or none that is certain.
BESIDE_CAMERA: dict[str, tuple[str, ...]] = {
    "count": (
        "anzahl", "antal", "antall", "aantal", "count", "total", "total_number", "nb", "nbre",
        "qty", "quantity", "number_of", "cantidad", "quantidade", "qtd", "qtde", "ilosc", "liczba",
        "pocet", "jumlah", "sayisi", "adedi", "adet", "quantita", "количество", "кол_во", "число",
        "lukumaara", "broj",
    ),
    "count_or_id": ("no", "nr", "num", "n", "numero", "number", "nummer", "number_s", "nos"),
    "count_or_name": ("nombre",),
    "name": (
        "name", "nom", "nome", "nazwa", "nazev", "naam", "namn", "navn", "nimi", "adi", "nama",
        "title", "titre", "label", "название", "имя", "שם", "bezeichnung",
    ),
    "id": (
        "id", "ids", "code", "codigo", "code_id", "cod", "identifier", "ref", "reference", "kod",
        "номер", "nro", "kode", "tunnus", "kennung", "index",
    ),
    "type": (
        "type", "types", "typ", "tip", "tipi", "tipo", "tipologia", "soort", "turu", "tur", "jenis",
        "druh", "rodzaj", "kind", "model_type", "тип", "вид", "tyyppi", "art", "category", "סוג",
    ),
}  # fmt: skip
