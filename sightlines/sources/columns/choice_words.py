"""Words that publishers write below a header, and the choices they mean.

`value_words` says how a text is looked up here.
"""

from __future__ import annotations

# Choice -> texts; a Latin or Cyrillic one stands for itself between other letters, or begins a
# word if it ends in `*`; one of another script may stand anywhere. The first line that fits wins.
WORDS: dict[str, tuple[tuple[str, tuple[str, ...]], ...]] = {
    "kind": (
        ("gunshot_detector", ("gunshot*", "shotspotter")),
        ("guard", ("guard", "security guard")),
        ("enforcement", (
            "speed cam*", "speedcam*", "red light", "redlight", "redlightcam*", "radar*",
            "section control", "average speed", "speed enforcement", "enforcement", "blitzer*",
            "geschwindigkeits*", "rotlicht*", "cinemometro*", "cinemómetro*", "foto rojo",
            "fotomulta*", "autovelox", "tutor", "feu rouge", "vitesse", "flitspaal*",
            "trajectcontrole", "fotoradar*", "fartskamera*", "camera de velocidad", "скорост*",
            "радар*", "測速", "测速", "闖紅燈", "闯红灯", "區間", "速度違反", "オービス", "과속",
            "신호위반", "구간단속",
        )),
        ("alpr", (
            "alpr", "anpr", "lpr", "lapi", "license plate*", "licence plate*", "number plate*",
            "plate reader*", "kennzeichen*", "车牌", "車牌", "차량번호", "번호인식", "번호판",
            "ナンバー",
        )),
        ("cctv", (
            "cctv", "surveillance", "camera*", "caméra*", "kamera*", "cámara*", "camara*",
            "câmera*", "telecamera*", "videosurveillance", "vidéosurveillance", "videoprotection",
            "vidéoprotection", "videoueberwachung", "videoüberwachung", "камера*", "видеонаблюд*",
            "카메라", "감시", "監視", "监控", "攝影機", "摄像", "カメラ", "กล้อง",
        )),
    ),
    "status": (
        ("planned", (
            "planned", "proposed", "desired", "pending", "future", "in progress", "geplant",
            "prévu*", "prevu*", "projet*", "planificad*", "previst*", "예정", "계획", "規劃",
            "em implantação", "em implantacao", "a instalar", "por instalar", "en proyecto",
            "in planung", "im bau", "under construction", "to be installed", "not yet installed",
            "not installed", "gepland", "planlagt", "planerad*", "planowan*", "plánovan*",
            "planovan*", "projektowan*", "planlanan", "rencana*", "da installare", "proposé*",
            "проект*", "строит*", "미설치", "공사중", "未安装", "未安裝", "待建", "在建", "建設中",
            "建置中", "施工中", "未建", "规划", "預定", "未設置", "予定", "план*",
        )),
        ("removed", (
            "removed", "void", "decommissioned", "dismantled", "demolished", "deleted", "retired",
            "entfernt", "abgebaut", "supprimé*", "déposé*", "retirad*", "eliminad*", "rimoss*",
            "철거", "폐기", "拆除", "撤去", "撤除", "撤销", "已拆", "報廢", "报废", "poistettu",
            "fjernet", "borttag*", "usunięt*", "zdemontowan*", "odstraněn*", "zrušen*",
            "verwijderd", "kald\u0131r\u0131l*", "desmontad*", "desinstalad*", "de baja",
            "dismess*",
            "smantellat*", "removid*", "снят*", "демонтир*",
        )),
        ("disused", (
            "disused", "inactive", "out of service", "out of order", "offline", "not working",
            "non operational", "non-operational", "not operational", "defect*", "broken", "faulty",
            "ausser betrieb", "außer betrieb", "hors service", "en panne", "fuera de servicio",
            "inactiv*", "고장", "중지", "미운영", "停用", "故障", "廢棄", "休止", "停止", "未使用",
            "不使用", "未启用", "未啟用", "未運作", "異常", "异常", "損壞", "损坏", "停電", "离线",
            "離線", "미사용", "비사용", "사용안", "사용 안", "미가동", "비가동", "비정상", "불량",
            "장애", "정지", "ชำรุด", "เสีย", "turned off", "switched off", "down", "pasif",
            "ar\u0131zal\u0131", "devre d\u0131ş\u0131", "rusak", "mati", "desactiv*",
            "desativ*", "disattiv*",
            "deaktiv*", "désactiv*", "inativ*", "inaktiv*", "nieczynn*", "nieaktywn*",
            "niesprawn*", "mimo provoz*", "nefunkčn*", "buiten gebruik", "buiten werking",
            "ur bruk", "ur drift", "ude af drift", "guast*", "averiad*", "fuori servizio",
            "fuori uso", "отключ*", "выключ*", "недейств*", "неактив*", "бездейств*", "מושבת",
            "تالف", "معطل*", "неисправ*",
        )),
        ("active", (
            "active", "live", "operational", "in operation", "in service", "in use", "installed",
            "existing", "working", "online", "enabled", "in betrieb", "aktiv", "en service",
            "actif", "active*", "activ*", "operativ*", "en servicio", "attiv*", "운영", "정상",
            "가동", "사용", "使用中", "運作", "正常", "启用", "啟用", "稼働", "действ*", "ปกติ",
            "ใช้งาน", "turned on", "switched on", "up", "aktif", "aktywn*", "aktív*", "aktivní",
            "ativ*", "czynn*", "dział*", "sprawn*", "v provozu", "funkčn*", "in gebruik",
            "i drift", "i bruk", "käytössä", "em funcionamento", "em operação", "funcionando",
            "en funcionamiento", "en fonction*", "fonctionn*", "in funzione", "in esercizio",
            "in uso", "funktionsfähig", "installé*", "instalad*", "פעיל*", "работа*",
        )),
    ),
    "camera_type": (
        ("panning", (
            "ptz", "panning", "pan tilt*", "rotat*", "speed dome", "회전", "旋轉", "旋转", "球機",
            "球机", "쾌속", "drehbar*", "schwenkbar*", "draaibar*", "draaibaar", "beweegbar*",
            "obrotow*", "otočn*", "otocn*", "hareketli", "brandeggi*", "motorizzat*", "domo ptz",
            "giratori*", "rotatoria", "vridbar*", "kääntyv*", "поворотн*", "dreh*", "rotativ*",
            "orientable*", "móvil",
        )),
        ("panorama", (
            "panorama", "panoramic", "360", "fisheye", "fish eye", "omni*", "전방위", "全景",
            "魚眼", "鱼眼",
        )),
        ("dome", (
            "dome*", "돔", "dôme*", "domo*", "kupu*", "kopułow*", "купольн*", "כיפה", "cupola",
            "돔형", "半球",
        )),
        ("fixed", (
            "fixed", "static", "bullet", "box", "fixe", "fija", "fijo", "fissa", "fest", "starr",
            "fix", "vast", "vaste", "fast*", "stał*", "stacjonarn*", "pevn*", "sabit", "fisso",
            "fissi", "fixa", "fixo", "statisch*", "kiinteä", "стационарн*", "неподвижн*", "קבועה",
            "고정", "固定", "槍型", "枪机",
        )),
    ),
    "camera_mount": (
        ("street_lamp", (
            "street lamp", "street light", "streetlight", "lamp post", "lamppost", "lampadaire",
            "가로등", "路燈", "路灯", "燈桿",
        )),
        ("traffic_signal", ("traffic signal*", "traffic light*", "signal", "신호등", "號誌")),
        ("pole", (
            "pole", "post", "mast", "column", "mât", "poteau", "poste", "palo", "전주", "지주",
            "폴", "桿", "電線桿", "杆",
        )),
        ("wall", ("wall", "façade", "facade", "mur", "wand", "pared", "벽", "벽부", "牆", "墙")),
        ("ceiling", ("ceiling", "plafond", "decke", "techo", "천장", "天花板")),
        ("roof", ("roof", "rooftop", "toit", "dach", "옥상", "屋頂")),
        ("building", ("building", "bâtiment", "gebäude", "edificio", "건물", "建築")),
    ),
    "surveillance": (
        ("indoor", (
            "indoor*", "inside", "intérieur", "interieur", "innen", "interior", "실내", "옥내",
            "室內", "室内",
        )),
        ("outdoor", (
            "outdoor*", "outside", "extérieur", "exterieur", "außen", "aussen", "exterior", "실외",
            "옥외", "室外", "戶外",
        )),
        ("public", ("public*", "öffentlich*", "공공", "公共")),
    ),
    "operator_type": (
        ("police", ("police", "policía", "policia", "polizei", "경찰", "警察")),
        ("government", (
            "government*", "municipal*", "council", "state", "federal", "city", "지자체", "政府",
            "市府",
        )),
        ("public", ("public*", "öffentlich*", "공공", "公立")),
        ("business", ("business", "commercial", "company", "corporate")),
        ("private", ("private", "privé*", "privat*", "privad*", "민간", "私人", "私營")),
    ),
}  # fmt: skip
