"""GDAL with three drivers and no other: it opens by content, and most of its drivers follow links.

To be used inside a reading child only (`child`). All other drivers are taken out of GDAL's list
before anything is opened, so what a file contains can name none of them.

References
----------
GDAL Raster C API, GDALGetDriver, GDALDeregisterDriver (https://gdal.org/en/stable/api/raster_c_api.html).
"""

from __future__ import annotations

import ctypes

import pyogrio
import pyogrio._ogr

DRIVERS = frozenset({"ESRI Shapefile", "GPKG", "FlatGeobuf"})


class DriversError(RuntimeError):
    """GDAL did not give up its other drivers; nothing may be opened."""


def keep_safe_drivers() -> None:
    """Take every driver but `DRIVERS` away from GDAL, for good.

    Raises
    ------
    DriversError
        If others are left.
    """
    # The extension is linked with GDAL, so its symbols lead to the very library that it uses.
    gdal = ctypes.CDLL(pyogrio._ogr.__file__)
    gdal.GDALGetDriver.restype = ctypes.c_void_p
    gdal.GDALGetDriver.argtypes = (ctypes.c_int,)
    gdal.GDALGetDriverShortName.restype = ctypes.c_char_p
    gdal.GDALGetDriverShortName.argtypes = (ctypes.c_void_p,)
    gdal.GDALDeregisterDriver.argtypes = (ctypes.c_void_p,)
    gdal.GDALDeregisterDriver.restype = None
    for number in reversed(range(gdal.GDALGetDriverCount())):
        driver = gdal.GDALGetDriver(number)
        if gdal.GDALGetDriverShortName(driver).decode() not in DRIVERS:
            gdal.GDALDeregisterDriver(driver)
    if gdal.GDALGetDriverCount() > len(DRIVERS) or set(pyogrio.list_drivers()) - DRIVERS:
        raise DriversError
