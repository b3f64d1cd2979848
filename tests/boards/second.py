#!/usr/bin/env python3
"""Who refers to whom in device trees: a second method beside `linkwright import dtb`.

Reads what `dtc` prints of each FILE, and prints for each `# FILE` and, for every reference between enabled devices, a
line `consumer TAB supplier TAB subsystem TAB cells TAB word`: the numbers behind the phandle (`-` if a node within the
supplier is meant), and node and numbers as one word, for suppliers whose references are known by a name. Shares nothing
with the importer: its own reader, its own table of the properties (rows of Linux drivers/of/property.c), and the rules
of docs/import.md.
"""

import re
import subprocess
import sys

PLAIN = None  # no cells behind the phandle
WHOLE = {
    "clocks": ("clk", "#clock-cells"),
    "interconnects": ("interconnect", "#interconnect-cells"),
    "iommus": ("iommu", "#iommu-cells"),
    "mboxes": ("mailbox", "#mbox-cells"),
    "io-channels": ("io-channel", "#io-channel-cells"),
    "io-backends": ("io-backend", "#io-backend-cells"),
    "dmas": ("dma", "#dma-cells"),
    "power-domains": ("power-domain", "#power-domain-cells"),
    "hwlocks": ("hwlock", "#hwlock-cells"),
    "extcon": ("extcon", PLAIN),
    "nvmem-cells": ("nvmem", "#nvmem-cell-cells"),
    "phys": ("phy", "#phy-cells"),
    "wakeup-parent": ("wakeup-parent", PLAIN),
    "remote-endpoint": ("graph", PLAIN),
    "pwms": ("pwm", "#pwm-cells"),
    "resets": ("reset", "#reset-cells"),
    "leds": ("led", PLAIN),
    "backlight": ("backlight", PLAIN),
    "panel": ("panel", PLAIN),
    "msi-parent": ("msi", "#msi-cells"),
    "pses": ("pse", "#pse-cells"),
    "power-supplies": ("power-supply", PLAIN),
    "gpio": ("gpio", "#gpio-cells"),
    "gpios": ("gpio", "#gpio-cells"),
    "interrupts-extended": ("interrupt", "#interrupt-cells"),
    "access-controllers": ("access-controller", "#access-controller-cells"),
}
WHOLE.update({"pinctrl-%d" % state: ("pinctrl", PLAIN) for state in range(9)})
SUFFIX = {"-supply": ("regulator", PLAIN), "-gpio": ("gpio", "#gpio-cells"), "-gpios": ("gpio", "#gpio-cells")}

# Where a provider that does not say how many cells it wants has none.
NONE_SAID = {"#nvmem-cell-cells", "#msi-cells"}

TOKEN = re.compile(r'<([^>]*)>|"((?:\\.|[^"\\])*)"|\[([^\]]*)\]')


LONGEST = 58  # of a word, which leaves room for a number behind it


def word(text):
    text = "".join(c if c.isascii() and (c.isalnum() or c == "-") else "_" for c in text)[:LONGEST]
    return text.strip("_-") or "unnamed"


class Node:
    def __init__(self, name, parent):
        self.name, self.parent, self.props, self.children = name, parent, {}, []
        self.path = "/" if parent is None else parent.path.rstrip("/") + "/" + name

    def up(self):
        node = self
        while node is not None:
            yield node
            node = node.parent

    def cells(self, prop):
        value = self.props.get(prop)
        if value is None or len(value) % 4:
            return None
        return [int.from_bytes(value[at : at + 4], "big") for at in range(0, len(value), 4)]

    def cell(self, prop):
        cells = self.cells(prop)
        return cells[0] if cells and len(cells) == 1 else None


def value_of(text):
    out = b""
    for cells, string, octets in TOKEN.findall(text):
        if cells:
            out += b"".join(int(cell, 0).to_bytes(4, "big") for cell in cells.split())
        elif octets:
            out += bytes.fromhex(octets)
        else:
            out += string.encode("latin-1", "replace").decode("unicode_escape").encode("latin-1") + b"\0"
    return out


def read(path):
    text = subprocess.run(["dtc", "-q", "-I", "dtb", "-O", "dts", path], check=True, capture_output=True).stdout
    root = node = None
    nodes = []
    for line in text.decode("latin-1").splitlines():
        line = line.strip()
        if line.endswith("{"):
            name = line[:-1].strip().split(": ")[-1]
            child = Node(name, node)
            if node is None:
                root = child
            else:
                node.children.append(child)
            node = child
            nodes.append(child)
        elif line == "};":
            node = node.parent
        elif node is not None and line.endswith(";"):
            prop, _, value = line[:-1].partition(" = ")
            node.props[prop] = value_of(value)
    return root, nodes


class Tree:
    def __init__(self, path):
        self.root, self.nodes = read(path)
        self.phandles = {}
        for node in self.nodes:
            for prop in ("phandle", "linux,phandle"):
                if node.cell(prop) is not None:
                    self.phandles.setdefault(node.cell(prop), node)

    def device(self, node):
        """The nearest node, itself or above, that stands for a device."""
        for at in node.up():
            if at is not self.root and at.props.get("compatible", b"\0") not in (b"", b"\0"):
                return at
        return None

    def enabled(self, node):
        used = (b"okay\0", b"ok\0", b"\0", b"")
        return all(at.props.get("status", b"okay\0") in used for at in node.up())

    def listed(self, cells, count):
        """Providers and cells in a list of phandles with as many cells as each provider says in `count`."""
        at = 0
        while at < len(cells):
            provider = self.phandles.get(cells[at]) if cells[at] else None
            if cells[at] == 0:
                at += 1
                continue
            if provider is None:
                return
            width = 0
            if count:
                width = 0 if count in NONE_SAID and count not in provider.props else provider.cell(count)
                if width is None or width > 16:
                    return
            if at + 1 + width > len(cells):
                return
            yield provider, cells[at + 1 : at + 1 + width]
            at += 1 + width

    def rows(self, node):
        """Rows of an interrupt map: key, provider, specifier."""
        cells, key = node.cells("interrupt-map") or [], (node.cell("#address-cells"), node.cell("#interrupt-cells"))
        if None in key:
            return
        at, width = 0, sum(key)
        while at + width < len(cells):
            provider = self.phandles.get(cells[at + width])
            if provider is None or provider.cell("#interrupt-cells") is None:
                return
            begin = at + width + 1 + (provider.cell("#address-cells") or 0)
            end = begin + provider.cell("#interrupt-cells")
            if end > len(cells):
                return
            yield cells[at : at + width], provider, cells[begin:end]
            at = end

    def parent_of_lines(self, node):
        for _ in range(64):
            if node.cell("interrupt-parent") is not None:
                node = self.phandles.get(node.cell("interrupt-parent"))
            else:
                node = node.parent
            if node is None or "#interrupt-cells" in node.props:
                return node
        return None

    def controller(self, node, line, provider):
        """The controller behind a line, by way of maps, and its own number of the line."""
        bus = node.parent
        width = 2 if bus.cell("#address-cells") is None else bus.cell("#address-cells")
        unit = (node.cells("reg") or [])[:width]
        for _ in range(16):
            if "interrupt-controller" in provider.props:
                return provider, line
            if "interrupt-map" not in provider.props:
                above = self.parent_of_lines(provider)
                if above is None or above.cell("#interrupt-cells") != len(line):
                    return None
                provider = above
                continue
            address = (unit + [0] * 16)[: provider.cell("#address-cells") or 0]
            wanted = address + line
            mask = provider.cells("interrupt-map-mask")
            mask = [0xFFFFFFFF] * len(wanted) if mask is None else (mask + [0] * len(wanted))[: len(wanted)]
            match = lambda key: all(a & m == b & m for a, b, m in zip(key, wanted, mask))
            found = next(((to, rest) for key, to, rest in self.rows(provider) if match(key)), None)
            if found is None:
                return None
            provider, line = found
        return None

    def lines(self, node):
        provider = self.parent_of_lines(node)
        width = provider.cell("#interrupt-cells") if provider else None
        cells = node.cells("interrupts")
        if not width or cells is None:
            return
        for at in range(0, len(cells) - width + 1, width):
            found = self.controller(node, cells[at : at + width], provider)
            if found is not None:
                yield found

    def references(self, node):
        for prop in node.props:
            row = WHOLE.get(prop)
            if row is None and prop != "nr-gpios" and not prop.endswith(",nr-gpios"):
                row = next((row for end, row in SUFFIX.items() if prop.endswith(end) and prop != end), None)
            if row is not None:
                if row[0] == "gpio" and "gpio-hog" in node.props:
                    continue
                for provider, specifier in self.listed(node.cells(prop) or [], row[1]):
                    yield provider, row[0], specifier
            elif prop == "interrupts":
                for provider, line in self.lines(node):
                    yield provider, "interrupt", line
            elif prop == "interrupt-map":
                for provider in dict.fromkeys(provider for _, provider, _ in self.rows(node)):
                    yield provider, "interrupt-map", []
            elif prop == "iommu-map":
                cells = node.cells(prop) or []
                phandles = [cells[at + 1] for at in range(0, len(cells) - 3, 4)]
                for provider in dict.fromkeys(self.phandles[p] for p in phandles if p in self.phandles):
                    yield provider, "iommu-map", []

    def specifier(self, target, supplier, cells):
        """The numbers, and node and numbers as one word."""
        names = []
        while target is not supplier:
            names.insert(0, target.name)
            target = target.parent
        numbers = "-" if names else "/".join(map(str, cells))
        inner = word("_".join(names).replace("@", "")) if names else "self"
        return numbers, word(inner + "".join("_%d" % cell for cell in cells))

    def edges(self):
        for node in self.nodes:
            if node.parent is self.root and (node.name == "aliases" or node.name.startswith("__")):
                continue
            consumer = self.device(node)
            if consumer is None or not self.enabled(consumer):
                continue
            for target, subsystem, cells in self.references(node):
                supplier = self.device(target)
                if supplier is not None and supplier is not consumer and self.enabled(supplier):
                    yield (consumer.path, supplier.path, subsystem) + self.specifier(target, supplier, cells)


for path in sys.argv[1:]:
    print("# " + path)
    for edge in sorted(Tree(path).edges()):
        print("\t".join(edge))
