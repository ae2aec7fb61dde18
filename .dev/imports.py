#!/usr/bin/env python3
"""Fails where a source file imports a module of this package that its target does not declare.

The compiler's own check lets through what is reached by way of another target.
"""
import json
import pathlib
import re
import subprocess
import sys

package = json.loads(subprocess.run(["swift", "package", "describe", "--type", "json"], check=True, capture_output=True).stdout)
targets = {target["c99name"]: target for target in package["targets"]}
by_name = {target["name"]: target["c99name"] for target in package["targets"]}
line = re.compile(r"^\s*(?:@\w+\s+)*(?:public |package |internal |fileprivate |private )?import\s+(?:struct |class |enum |func |protocol )?(\w+)", re.M)
faults = []
for module, target in targets.items():
    declared = {by_name[name] for name in target.get("target_dependencies", [])}
    used = set()
    for source in target["sources"]:
        path = pathlib.Path(target["path"]) / source
        if path.suffix != ".swift":
            continue
        for imported in line.findall(path.read_text()):
            used.add(imported)
            if imported in targets and imported != module and imported not in declared:
                faults.append(f"{path}: imports {imported}, which {target['name']} does not declare in Package.swift")
print("\n".join(faults) if faults else "imports: every one is declared")
sys.exit(1 if faults else 0)
