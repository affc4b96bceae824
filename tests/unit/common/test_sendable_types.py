import pytest

from common.sendable_types import sendable_type
from simulator.sample_files import document, picture, voice_note

FTYP = b"\x00\x00\x00\x18ftyp"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@pytest.mark.parametrize(
    ("head", "filename", "kind", "mime_type"),
    [
        (picture(), "x.html", "image", "image/png"),
        (b"\xff\xd8\xff\xe0", "", "image", "image/jpeg"),
        (voice_note(), "", "audio", "audio/ogg"),
        (b"#!AMR\n", "", "audio", "audio/amr"),
        (b"ID3\x04", "", "audio", "audio/mpeg"),
        (b"\xff\xf1\x50", "", "audio", "audio/aac"),
        (FTYP + b"M4A ", "", "audio", "audio/mp4"),
        (FTYP + b"isom", "", "video", "video/mp4"),
        (FTYP + b"3gp4", "", "video", "video/3gpp"),
        (document(), "x.exe", "document", "application/pdf"),
        (b"PK\x03\x04", "Precios.XLSX", "document", SHEET),
        (OLE, "x.doc", "document", "application/msword"),
        ("año, precio\n1;2".encode(), "x.csv", "document", "text/plain"),
        ("ñ".encode() * 2047 + "ñ".encode()[:1], "x.txt", "document", "text/plain"),
    ],
)
def test_a_file_is_sent_as_what_it_begins_with(head, filename, kind, mime_type):
    said = sendable_type(head, filename)
    assert (said.kind, said.mime_type) == (kind, mime_type)
    assert said.is_voice == (head == voice_note())


@pytest.mark.parametrize(
    ("head", "filename"),
    [
        (b"", "x.txt"),
        (b"<!DOCTYPE html>", "x.txt"),
        (b"\xef\xbb\xbf  <script>", "x.txt"),
        (b"<?xml version='1.0'?><svg>", "x.png"),
        (b"#!/bin/sh", "x.txt"),
        (b"MZ\x90\x00", "x.pdf"),
        (b"a\x00b", "x.txt"),
        (b"\xff\xfe\x00", "x.txt"),
        (b"hola", "x"),
        (b"PK\x03\x04", "x.zip"),
        (b"PK\x03\x04", "x.apk"),
        (OLE, "x.msi"),
        (b"GIF89a", "x.gif"),
        (b"RIFF\x00\x00\x00\x00WEBP", "x.webp"),
        (FTYP + b"heic", "x.jpg"),
        (FTYP + b"qt  ", "x.mov"),
        (b"\x1aE\xdf\xa3", "x.webm"),
        (voice_note().replace(b"OpusHead", b"\x01vorbis_"), "x.ogg"),
    ],
)
def test_what_whatsapp_or_a_customer_should_not_get_is_not_sent(head, filename):
    assert sendable_type(head, filename) is None


def test_a_name_says_what_the_file_is():
    paper = sendable_type(document(), "")
    names = ["lista.pdf", "lista.PDF", "lista", "lista.exe", ""]
    assert [paper.named(each) for each in names] == [
        *("lista.pdf", "lista.PDF", "lista.pdf", "lista.exe.pdf", ""),
    ]
