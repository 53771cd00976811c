"""Plans: drawings for machines, scenes in space, graphs, diagrams and maps."""

from __future__ import annotations

import base64
import json
import re
import struct

from bench.fresh.core import b64, number_of, plain, technique
from bench.held_out.core import (
    ADDR,
    AMT,
    BOSS,
    CAP,
    DIST,
    FIRM,
    FTEL,
    HOSP,
    ID,
    INCOME,
    NAME,
    QUASI,
    SICK,
    TEL,
    VISIT,
    Files,
    Values,
    cents,
    day_text,
    money,
)


@technique("persons", NAME, ID, SICK)
def shown_by_a_printer(rows, _rng) -> Files:
    """A page for a printer that shows the texts glyph by glyph, by the numbers of characters."""
    out = [
        "%!PS-Adobe-3.0",
        "/F { /u /glyphshow load } def",
        "/SimSun-UniGB-UTF16-H findfont 9 scalefont setfont",
    ]
    for y, r in enumerate(rows):
        out.append(f"40 {800 - 12 * y} moveto")
        out += [f"/uni{ord(c):04X} glyphshow" for c in f"{r[NAME]} {r[ID]} {r[SICK]}"]
    return plain("ps", "\n".join([*out, "showpage"]))


def shown_by_a_printer_back(files) -> Values:
    lines = files[0].decode().split("moveto")[1:]
    texts = ["".join(chr(int(c, 16)) for c in re.findall(r"/uni(\w{4}) ", line)) for line in lines]
    return [tuple(text.split(" ")) for text in texts]


@technique("persons", *QUASI)
def moves_of_a_plotter(rows, _rng) -> Files:
    """Pens up and down of a plotter: two points for a record."""
    out = ["IN;SP1;"]
    for r in rows:
        born, area, visit, amount = (number_of(r[c], c) for c in QUASI)
        out.append(f"PU{born},{area};PD{visit},{amount};")
    return plain("plt", "\n".join([*out, "PU0,0;"]))


def moves_of_a_plotter_back(files) -> Values:
    found = re.findall(r"PU(\d+),(\d+);PD(\d+),(\d+);", files[0].decode())
    return [(day_text(int(b)), d, day_text(int(v)), money(int(a))) for b, d, v, a in found]


@technique("persons", NAME, TEL, ADDR)
def labels_of_a_plan(rows, _rng) -> Files:
    """A plan of a town for engineers: texts in layers, the phone the handle's text."""
    out = ["0", "SECTION", "2", "ENTITIES"]
    for i, r in enumerate(rows):
        out += ["0", "MTEXT", "8", "水表", "5", f"{int(r[TEL]):X}", "10", f"{i * 7}.0", "20", f"{i * 3}.5"]
        out += ["1", "\\P".join("".join(f"\\U+{ord(c):04X}" for c in r[k]) for k in (NAME, ADDR))]
    return plain("dxf", "\n".join([*out, "0", "ENDSEC", "0", "EOF"]))


def labels_of_a_plan_back(files) -> Values:
    out = []
    for handle, text in re.findall(r"\n5\n(\w+)\n(?:.+\n){4}1\n(.+)\n", files[0].decode()):
        name, place = (
            "".join(chr(int(c, 16)) for c in re.findall(r"U\+(\w{4})", t)) for t in text.split("\\P")
        )
        out.append((name, str(int(handle, 16)), place))
    return out


@technique("persons", ID, TEL)
def tool_paths(rows, _rng) -> Files:
    """A programme for a milling machine, in whose coordinates are numbers."""
    out = ["G21", "G90"]
    for r in rows:
        out.append(
            f"G1 X{r[ID][:3]}.{r[ID][3:9]} Y{r[ID][9:12]}.{r[ID][12:17]} Z{r[TEL][:5]}."
            f"{r[TEL][5:]} F{'0123456789X'.index(r[ID][17])}00"
        )
    return plain("gcode", "\n".join([*out, "M30"]))


def tool_paths_back(files) -> Values:
    out = []
    for x, y, z, f in re.findall(r"X(\S+) Y(\S+) Z(\S+) F(\d+)00", files[0].decode()):
        out.append((x.replace(".", "") + y.replace(".", "") + "0123456789X"[int(f)], z.replace(".", "")))
    return out


@technique("firms", FTEL, CAP, INCOME)
def buffer_of_a_scene(rows, _rng) -> Files:
    """A scene in space whose points are kept as whole numbers in a data address."""
    data = b"".join(struct.pack("<QII", int(r[FTEL]), cents(r[CAP]), cents(r[INCOME])) for r in rows)
    tree = {"asset": {"version": "2.0"}, "buffers": [{"byteLength": len(data)}]}
    tree["buffers"][0]["uri"] = "data:application/octet-stream;base64," + b64(data)
    tree["bufferViews"] = [{"buffer": 0, "byteLength": len(data), "byteStride": 16}]
    return plain("gltf", json.dumps(tree))


def buffer_of_a_scene_back(files) -> Values:
    data = base64.b64decode(json.loads(files[0])["buffers"][0]["uri"].split(",")[1])
    return [(str(t), money(c), money(i)) for t, c, i in struct.iter_unpack("<QII", data)]


@technique("persons", NAME, AMT, VISIT)
def key_frames(rows, _rng) -> Files:
    """A moving drawing for the web: layers with names, key frames with times and values."""
    layers = []
    for i, r in enumerate(rows):
        frames = [{"t": 0, "s": [int(r[VISIT].replace("-", ""))]}, {"t": i + 1, "s": [float(r[AMT])]}]
        layers.append({"ind": i, "ty": 4, "nm": r[NAME], "ks": {"r": {"a": 1, "k": frames}}})
    return plain("json", json.dumps({"v": "5.7.4", "fr": 30, "w": 100, "h": 100, "layers": layers}))


def key_frames_back(files) -> Values:
    out = []
    for layer in json.loads(files[0])["layers"]:
        day, amount = (str(f["s"][0]) for f in layer["ks"]["r"]["k"])
        out.append((layer["nm"], f"{float(amount):.2f}", f"{day[:4]}-{day[4:6]}-{day[6:]}"))
    return out


@technique("persons", NAME, TEL, HOSP)
def messages_of_a_diagram(rows, _rng) -> Files:
    """A diagram of messages in text: participants are hospitals and people, a call a phone."""
    places = sorted({r[HOSP] for r in rows})
    out = ["sequenceDiagram", *(f"    participant H{i} as {p}" for i, p in enumerate(places))]
    for i, r in enumerate(rows):
        out += [f"    actor P{i} as {r[NAME]}", f"    H{places.index(r[HOSP])}->>+P{i}: dial({r[TEL]})"]
    return plain("mmd", "\n".join(out))


def messages_of_a_diagram_back(files) -> Values:
    text = files[0].decode()
    known = dict(re.findall(r"(?:participant|actor) (\w+) as (\S+)", text))
    return [(known[p], t, known[h]) for h, p, t in re.findall(r"(H\d+)->>\+(P\d+): dial\((\d+)\)", text)]


@technique("firms", FIRM, BOSS, FTEL)
def marked_up_graph(rows, _rng) -> Files:
    """A graph in mark-up: firms and people are nodes, phones what an edge weighs."""
    nodes = "\n".join(f'<node id="f{i}"><data key="l">{r[FIRM]}</data></node>' for i, r in enumerate(rows))
    people = "\n".join(f'<node id="p{i}"><data key="l">{r[BOSS]}</data></node>' for i, r in enumerate(rows))
    edges = "\n".join(
        f'<edge source="p{i}" target="f{i}"><data key="w">{r[FTEL]}</data></edge>'
        for i, r in reversed(list(enumerate(rows)))
    )
    return plain(
        "graphml",
        f'<graphml>\n<graph edgedefault="directed">\n{nodes}\n{people}\n{edges}\n</graph>\n</graphml>\n',
    )


def marked_up_graph_back(files) -> Values:
    text = files[0].decode()
    known = dict(re.findall(r'<node id="(\w+)"><data key="l">(.+?)<', text))
    found = re.findall(r'source="(\w+)" target="(\w+)"><data key="w">(\d+)<', text)
    return [(known[b], known[a], t) for a, b, t in found]


@technique("persons", NAME, ID, TEL, DIST)
def topology_of_a_map(rows, _rng) -> Files:
    """A map of districts as topology, each point with properties of a person, told by district."""
    objects = {}
    for area in sorted({r[DIST] for r in rows}):
        items = [
            {
                "type": "Point",
                "coordinates": [i, i],
                "properties": {"n": r[NAME], "k": r[ID], "t": int(r[TEL])},
            }
            for i, r in enumerate(rows)
            if r[DIST] == area
        ]
        objects[f"d{area}"] = {"type": "GeometryCollection", "geometries": items}
    return plain(
        "topojson", json.dumps({"type": "Topology", "arcs": [], "objects": objects}, ensure_ascii=False)
    )


def topology_of_a_map_back(files) -> Values:
    out = []
    for area, group in json.loads(files[0])["objects"].items():
        for item in group["geometries"]:
            p = item["properties"]
            out.append((p["n"], p["k"], str(p["t"]), area[1:]))
    return out
