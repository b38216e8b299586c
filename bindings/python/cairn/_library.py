"""Finds and opens libcairn, and turns its statuses into exceptions."""

import ctypes
import os
from pathlib import Path

# The interface that the structures of _credit.py mirror: a library of another version has another name.
NAME = "libcairn.so.0.1"


class CairnError(ValueError):
    """A call failed; `status` is the number of the cairn_status, the text is the library's."""

    def __init__(self, status, text):
        super().__init__(text)
        self.status = status


def candidates():
    """Where the library may be, first choice first; the bare name asks the system's loader."""
    named = os.environ.get("CAIRN_LIBRARY")
    if named:
        return [named]
    here = Path(__file__).resolve()
    places = [here.parent / NAME]
    if len(here.parents) > 3:
        places.append(here.parents[3] / "build" / "release" / NAME)
    return [str(place) for place in places if place.exists()] + [NAME]


def _open():
    path = candidates()[0]
    try:
        library = ctypes.CDLL(path)
    except OSError as error:
        raise ImportError(f"{path} cannot be loaded ({error}); CAIRN_LIBRARY names the library") from error
    pointer = ctypes.c_void_p
    library.cairn_ctx_open.argtypes = [ctypes.POINTER(pointer)]
    library.cairn_ctx_close.argtypes = [pointer]
    library.cairn_ctx_close.restype = None
    library.cairn_error.argtypes = [pointer]
    library.cairn_error.restype = ctypes.c_char_p
    library.cairn_arena_open.argtypes = [pointer, ctypes.c_size_t, ctypes.POINTER(pointer)]
    library.cairn_arena_close.argtypes = [pointer]
    library.cairn_arena_close.restype = None
    return library


library = _open()


class Session:
    """A context and an arena for one call; `with Session() as session`."""

    def __enter__(self):
        self.ctx, self.arena = ctypes.c_void_p(), ctypes.c_void_p()
        status = library.cairn_ctx_open(ctypes.byref(self.ctx))
        if status:
            raise CairnError(status, "a context cannot be opened")
        try:
            self.check(library.cairn_arena_open(self.ctx, 4096, ctypes.byref(self.arena)))
        except CairnError:
            library.cairn_ctx_close(self.ctx)
            raise
        return self

    def __exit__(self, *_):
        library.cairn_arena_close(self.arena)
        library.cairn_ctx_close(self.ctx)

    def check(self, status):
        if status:
            raise CairnError(status, library.cairn_error(self.ctx).decode())
