"""What headers say of positions, in the languages of the world.

Terms
-----
folded
    Of a header: in lower case, without accents, camel case taken apart, its words parted by spaces.
qualifier
    A word that may stand beside a name without changing what it names: `gps`, `wgs`, `coord`.
rest
    What is left of a header without the name and without units: `start` of `start_lat`. Two columns
    with one rest belong together.

A name is only a hint: whether a column called `location` holds positions is found out from its
cells in `positions`.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from sightlines.sources.point_texts import Order

Role = Literal["lon", "lat", "easting", "northing", "point"]

_HEADER_LIMIT = 200
_OTHER_LETTERS = str.maketrans("łŁıøØđĐßæÆðþ", "lLioOdDsaAdt")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_WORD = re.compile(r"[a-z]+|[0-9]+|[^\W\d_a-z]+")


def fold(header: str) -> str:
    """Write a header in one way, so that it can be compared.

    Parameters
    ----------
    header
        In any script; only its first 200 characters count.

    Returns
    -------
    str
        For example `position lon` for `PositionLon`, `wgs 84 위도` for `WGS84위도`.
    """
    apart = unicodedata.normalize("NFKD", header[:_HEADER_LIMIT].translate(_OTHER_LETTERS))
    bare = "".join(sign for sign in apart if not unicodedata.category(sign).startswith("M"))
    words = unicodedata.normalize("NFC", _CAMEL.sub(" ", bare).casefold())
    return " ".join(_WORD.findall(words))


def _folded(words: str) -> tuple[str, ...]:
    """Fold names that are parted by commas; the longest first, so that none hides a longer one."""
    return tuple(sorted({fold(word) for word in words.split(",")}, key=lambda word: -len(word)))


# Names that mean a longitude or latitude whatever stands beside them.
_STRONG: dict[Role, tuple[str, ...]] = {
    "lon": _folded(
        "longitude,lon,lng,longitud,longitudine,longitudo,longitudea,Längengrad,Laengengrad,"
        "geogr Länge,geogr Laenge,geographische Länge,geografische Länge,lengtegraad,"
        "geografische lengte,längdgrad,længdegrad,lengdegrad,lengdargráða,pituusaste,pituuspiiri,"
        "pikkuskraad,dl geogr,długość geograficzna,długość geogr,zeměpisná délka,"
        "zemepisná dĺžka,zemepisna dlzka,zemljepisna dolžina,geografska dolžina,"
        "zemljopisna dužina,geografska dužina,földrajzi hosszúság,hosszúsági fok,boylam,"
        "longitudinea,γεωγραφικό μήκος,долгота,довгота,географска дължина,географска дужина,"
        "бойлық,уртраг,uzunlik,uzunluq,ilguma,garums,gjatësia gjeografike,kinh độ,bujur,"
        "longhitud,경도,経度,经度,經度,東經,東経,东经,ลองจิจูด,เส้นแวง,خط الطول,خطوط الطول,"
        "طول جغرافیایی,طول البلد,קו אורך,देशांतर,দ্রাঘিমাংশ,தீர்க்கரேகை,გრძედი,երկայնություն"
    ),
    "lat": _folded(
        "latitude,lat,latitud,latitudine,latitudo,latitudea,Breitengrad,geogr Breite,"
        "geographische Breite,geografische Breite,breedtegraad,geografische breedte,breddgrad,"
        "breddegrad,breiddargráða,leveysaste,leveyspiiri,laiuskraad,szer geogr,"
        "szerokość geograficzna,szerokość geogr,zeměpisná šířka,zemepisná šírka,zemepisna sirka,"
        "zemljepisna širina,geografska širina,zemljopisna širina,földrajzi szélesség,"
        "szélességi fok,enlem,latitudinea,γεωγραφικό πλάτος,широта,географска ширина,ендік,"
        "өргөрөг,kenglik,enlik,platuma,platums,gjerësia gjeografike,vĩ độ,lintang,위도,緯度,纬度,"
        "北緯,北纬,ละติจูด,เส้นรุ้ง,خط العرض,خطوط العرض,دائرة العرض,عرض جغرافیایی,عرض البلد,"
        "קו רוחב,अक्षांश,অক্ষাংশ,அட்சரேகை,განედი,լայնություն"
    ),
}
# Names that also mean other things: they count only where nothing but qualifiers stands by them.
_WEAK: dict[Role, tuple[str, ...]] = {
    "lon": _folded("long,Länge,lengte,længde,μήκος,дължина,дужина,dlugosc,dolzina,delka,pituus"),
    "lat": _folded("Breite,breedte,bredde,πλάτος,ширина,szerokosc,sirina,sirka,leveys"),
    "easting": _folded(
        "x,e,easting,eastings,east,Rechtswert,Ostwert,este,estação este,leste,est,abscisse,"
        "itäkoordinaatti,oost,横坐标,橫坐標"
    ),
    "northing": _folded(
        "y,n,northing,northings,north,Hochwert,Nordwert,norte,nord,ordonnée,"
        "pohjoiskoordinaatti,noord,纵坐标,縱坐標"
    ),
    "point": _folded(
        "geometry,the geom,geom,wkt,wkb,ewkt,ewkb,geojson,shape,location,coordinates,coordinate,"
        "coord,coords,coordenadas,coordenada,coordonnées,coordonnée,coordinate,Koordinaten,"
        "Koordinate,koordinaatit,koordynaty,souřadnice,súradnice,koordinatlar,координаты,"
        "координати,toạ độ,tọa độ,إحداثيات,الإحداثيات,พิกัด,좌표,座標,坐标,point,position,"
        "geolocation,geo point,geopoint,geoposition,gps,latlng,latlong,latlon,lonlat,lnglat,"
        "longlat,xy,geo"
    ),
}
_QUALIFIERS = frozenset(
    _folded(
        "wgs,gps,gnss,etrs,fin,tm35fin,sweref99,geo,geogr,geographic,geographical,geographische,geografische,map,coord,"
        "coords,coordinate,coordinates,coor,koord,koordinate,koordinat,koordinata,koordynata,"
        "coordenada,coordonnée,coordonnées,coordinata,souřadnice,координата,point,points,position,"
        "pos,location,loc,site,camera,cam,device,start,end,from,begin,center,centre,centroid,dd,"
        "ddd,dms,dm,deg,degree,degrees,decimal,dec,grad,d,m,in,of,the,value,val,no,epsg,utm,tm,"
        "grs,twd,lv,lambert,etrs,osgb,bng,bessel,tile,gk,gauss,krüger,mercator,web,crs,srid,"
        "nad,rgf,zone,proj,projected,grid,katec,k,sweref,rd,new,mtm,itm,hk,svy,gcj,bd,amap,"
        "baidu,wkt,wkb,ewkt,geom,geometry,micro,microdegrees,e,n,s,w,l,"
        "좌표,座標,坐标,좌표값,값,위치,중부원점,서부원점,동부원점,원점,火星坐标,高德,百度,火星,พิกัด"
    )
)
_UNITS = frozenset(
    _folded(
        "coord,coords,coordinate,coordinates,coor,koord,koordinate,dd,ddd,dms,dm,deg,degree,"
        "degrees,decimal,dec,grad,d,m,e,n,s,w,value,val,좌표,座標,坐标,좌표값,값"
    )
)
# What such a column holds is about a position, or is a text with that word in it.
_DENIED = frozenset(
    _folded(
        "accuracy,precision,error,uncertainty,count,name,street,road,address,id,unit,source,method,"
        "description,desc,note,notes,length,area,type,status,speed,date,time,url,label,city,"
        "주소,地址,住所"
    )
)
_ASKED_APART = frozenset({"x", "y", "lat", "lon", "lng", "long", "latitude", "longitude", "xy"})
_GRIDS = frozenset({"utm", "tm", "epsg", "twd", "lv", "lambert", "osgb", "bng", "grs", "gk", "m"})
_DEGREES = frozenset({"wgs", "gps", "dd", "deg", "degree", "degrees", "lon", "lat"})
_SHIFTED = re.compile(r"\bgcj\b|\bbd 0?9\b|\bamap\b|\bbaidu\b|高德|百度|火星")
_SCALED = re.compile(r"\be ([567])\b|\bmicro ?(?:deg(?:rees)?)?\b")
_SEXAGESIMAL = frozenset({"dms", "dm"})


@dataclass(frozen=True)
class PositionName:
    """What a header says.

    Parameters
    ----------
    role
        What its column holds.
    rest
        The words that tell this column's set from another (`start`), parted by spaces.
    order
        Of a point's two numbers, where the header says so; None where it does not.
    degrees_per_unit
        1e-6 for a header such as `lat_e6`, which holds whole numbers; else 1.
    is_shifted
        Whether it names one of China's shifted datums, GCJ-02 or BD-09.
    is_weak
        Whether the name also means other things.
    """

    role: Role
    rest: str = ""
    order: Order | None = None
    degrees_per_unit: float = 1.0
    is_shifted: bool = False
    is_weak: bool = False


def position_role(header: str) -> Role | None:
    """Say what a column holds of a position, as far as its header tells; None for nothing."""
    name = position_name(header)
    return None if name is None else name.role


def position_name(header: str) -> PositionName | None:
    """Read a header as the name of a position's column.

    Parameters
    ----------
    header
        As the table has it.

    Returns
    -------
    PositionName or None
        None where it says nothing of positions.
    """
    padded = f" {' '.join(_taken_apart(word) for word in fold(header).split())} "
    if not _DENIED.isdisjoint(padded.split()):
        return None
    longitude, latitude = (_without(padded, _STRONG[role]) for role in ("lon", "lat"))
    if latitude is not None and (longitude is not None or " long " in latitude):
        return PositionName("point", order=_order(padded), is_shifted=_is_shifted(padded))
    for role, rest in (("lon", longitude), ("lat", latitude)):
        if rest is not None:
            return _named("lon" if role == "lon" else "lat", rest, padded, is_weak=False)
    return _weak_name(padded)


def _weak_name(padded: str) -> PositionName | None:
    easting, northing = (_without(padded, (letter,)) for letter in ("x", "y"))
    if easting is not None and northing is not None:
        return PositionName("point", is_weak=True)
    for role, names in _WEAK.items():
        rest = _without(padded, names)
        if rest is None or not all(word in _QUALIFIERS or word.isdigit() for word in rest.split()):
            continue
        words = frozenset(rest.split())
        is_degrees = bool(words & _DEGREES) and not words & _GRIDS
        if role in ("easting", "northing") and is_degrees:
            return _named("lon" if role == "easting" else "lat", rest, padded, is_weak=False)
        return _named(role, rest, padded, is_weak=True)
    return None


def _named(role: Role, rest: str, padded: str, *, is_weak: bool) -> PositionName:
    scaled = _SCALED.search(rest)
    kept = [word for word in rest.split() if word not in _UNITS]
    return PositionName(
        role,
        " ".join(kept),
        _order(padded),
        1.0 if scaled is None else 10.0 ** -int(scaled[1] or 6),
        _is_shifted(padded),
        is_weak or not _SEXAGESIMAL.isdisjoint(rest.split()),
    )


def _is_shifted(padded: str) -> bool:
    return _SHIFTED.search(padded) is not None


def _order(padded: str) -> Order | None:
    """Return in which order a header names longitude and latitude; None unless it names both."""
    places: list[int] = []
    for role in ("lon", "lat"):
        found = [padded.find(name) for name in _STRONG[role] if name in padded]
        if not found:
            return None
        places.append(min(found))
    return "lon_lat" if places[0] < places[1] else "lat_lon"


def _without(padded: str, names: tuple[str, ...]) -> str | None:
    """Take the first name found out of a header; None where there is none.

    Scripts that put no spaces between words are searched for the name anywhere in a word.
    """
    for name in names:
        needle = name if _is_unspaced(name) else f" {name} "
        if needle in padded:
            return padded.replace(needle, " ", 1)
    return None


def _is_unspaced(name: str) -> bool:
    return "\u0e00" <= name[0] <= "\u0e7f" or name[0] >= "\u3040"


def _taken_apart(word: str) -> str:
    """Take a qualifier off a word it is written together with: `wgsx`, `xcoord`, `startlat`."""
    if word in _QUALIFIERS or not word.isascii():
        return word
    for cut in range(1, len(word)):
        head, tail = word[:cut], word[cut:]
        if (head in _ASKED_APART and tail in _QUALIFIERS and len(tail) > 1) or (
            tail in _ASKED_APART and head in _QUALIFIERS and len(head) > 1
        ):
            return f"{head} {tail}"
    return word
