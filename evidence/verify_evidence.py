"""Proves that nothing in this folder was altered since it was exported. Needs Python 3.8 or later and nothing else.

    python3 verify_evidence.py                     the folder in which this file lies
    python3 verify_evidence.py evidence.zip        a bundle that was not unpacked
    python3 verify_evidence.py --digest 3f9a...    and that it is the very bundle whose digest the portal shows

It ends with 0 when everything holds and with 1 when something does not. What it checks:
the manifest against its own hash (and the digest, if given); each file against the manifest, none missing, none added;
the chain over the events, link by link, to the last one and through the last links of earlier bundles;
each message and file against its event.
"""

import argparse
import hashlib
import json
import sys
import zipfile
from pathlib import Path

MANIFEST, SEAL, EVENTS, TICKET = "manifest.json", "manifest.sha256", "events.json", "ticket.json"
LITTER = {".DS_Store", "Thumbs.db", "desktop.ini"}  # what looking into a folder leaves there on some systems
BEGINNING = "0" * 64  # what the first link of the chain follows
BLOCK = 1024 * 1024


class Folder:
    """An unpacked bundle."""

    def __init__(self, root):
        self.root = Path(root)

    def names(self):
        found = (each for each in self.root.rglob("*") if each.is_file() and each.name not in LITTER)
        return {each.relative_to(self.root).as_posix() for each in found}

    def open(self, name):
        return (self.root / name).open("rb")


class Packed:
    """A bundle as it was downloaded: everything lies in one folder of the archive."""

    def __init__(self, path):
        self.archive = zipfile.ZipFile(path)
        names = [each for each in self.archive.namelist() if not each.endswith("/")]
        if len(names) != len(set(names)):
            raise ValueError("two of its entries have one name")
        self.prefix = names[0].split("/")[0] + "/" if names else ""
        self.inside = {each[len(self.prefix) :] if each.startswith(self.prefix) else "/" + each for each in names}

    def names(self):
        return self.inside

    def open(self, name):
        return self.archive.open(self.prefix + name)


def hash_of(source):
    found, size = hashlib.sha256(), 0
    for block in iter(lambda: source.read(BLOCK), b""):
        found.update(block)
        size += len(block)
    return found.hexdigest(), size


def read(bundle, name):
    with bundle.open(name) as source:
        return source.read()


def check(bundle, digest=""):
    """What does not hold, in words; nothing when everything does."""
    try:
        raw = read(bundle, MANIFEST)
        manifest = json.loads(raw.decode("utf-8"))
        sealed = read(bundle, SEAL).decode("ascii")
    except Exception as error:  # whoever made it up may have put anything there: it is not verified, whatever it is
        return [f"the manifest cannot be read: {error!r}"]
    found = hashlib.sha256(raw).hexdigest()
    problems = []
    if sealed != f"{found}  {MANIFEST}\n":
        problems.append(f"{MANIFEST} does not have the hash in {SEAL}")
    if digest and digest.strip().lower() != found:
        problems.append("this is not the bundle with that digest: its own is " + found)
    try:
        problems += list(files(bundle, manifest))
        problems += list(events(bundle, manifest))
        problems += [f"{each!r} has no name" for each in manifest["missing"] if not isinstance(each["name"], str)]
    except Exception as error:
        problems.append(f"what should be there is not, or is not as it should be: {error!r}")
    return problems


def files(bundle, manifest):
    """Only what lies in the bundle is opened, whatever the manifest calls it."""
    listed, there = {each["path"]: each for each in manifest["files"]}, bundle.names()
    if len(listed) != len(manifest["files"]):
        yield "the manifest lists a file twice"
    for name in sorted(there - set(listed) - {MANIFEST, SEAL}):
        yield f"{name} was added: the manifest does not list it"
    for name, entry in sorted(listed.items()):
        if name not in there:
            yield f"{name} is missing"
            continue
        try:
            with bundle.open(name) as source:
                found, size = hash_of(source)
        except Exception as error:
            yield f"{name} is broken: {error!r}"
            continue
        if (found, size) != (entry["sha256"], entry["size"]):
            yield f"{name} was altered"


def link(before, event):
    """The SHA-256 of the link before, a line feed, and the event as JSON with sorted keys, no blanks, ASCII only."""
    text = json.dumps(event, ensure_ascii=True, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(before.encode("ascii") + b"\n" + text.encode("ascii")).hexdigest()


def events(bundle, manifest):
    rows = json.loads(read(bundle, EVENTS).decode("utf-8"))
    at, heads = BEGINNING, [BEGINNING]
    for number, row in enumerate(rows, 1):
        now = link(at, row["event"])
        if row["before"] != at or row["link"] != now:
            yield f"the chain breaks at event {number}"
            return
        at = now
        heads.append(now)
    chain = manifest["chain"]
    if (chain["events"], chain["head"]) != (len(rows), at):
        yield "the chain does not end as the manifest says"
    for earlier in manifest["earlier"]:
        if earlier["events"] not in range(len(heads)) or heads[earlier["events"]] != earlier["head"]:
            yield f"the history told in the bundle of {earlier['exported_at']} was altered since"
    ticket = json.loads(read(bundle, TICKET).decode("utf-8"))
    yield from messages(ticket, rows, manifest)


def messages(ticket, rows, manifest):
    sent = [row["event"]["message"] for row in rows if row["event"]["message"]]
    by_number = {each["id"]: each for each in sent}
    stored = {each["sha256"] for each in manifest["files"]} | {each["sha256"] for each in manifest["missing"]}
    for each in sent:
        for expected in each["files"]:
            if expected not in stored:
                yield f"a file of message {each['id']} is not in the bundle"
    for message in ticket["messages"]:
        event = by_number.pop(message["id"], None)
        body = hashlib.sha256(message["body"].encode("utf-8", "surrogatepass")).hexdigest()
        if event is None or event["sha256"] != body:
            yield f"message {message['id']} is not as its event says"
    for number in sorted(by_number):
        yield f"message {number} is missing"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("bundle", nargs="?", default=str(Path(__file__).resolve().parent), help="folder or ZIP")
    parser.add_argument("--digest", default="", help="the digest of the bundle that the portal shows")
    given = parser.parse_args()
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        bundle = Folder(given.bundle) if Path(given.bundle).is_dir() else Packed(given.bundle)
    except Exception as error:
        print(f"NOT VERIFIED: {given.bundle} cannot be opened: {error!r}. 校验未通过。")
        return 1
    problems = check(bundle, given.digest)
    if problems:
        print("\n".join(problems))
        print(f"NOT VERIFIED: {len(problems)} problem(s). 校验未通过。")
        return 1
    manifest = json.loads(read(bundle, MANIFEST).decode("utf-8"))
    for each in manifest["missing"]:
        print(f"not included, the portal had lost it: {each['name']}")
    files_no, events_no = len(manifest["files"]), manifest["chain"]["events"]
    print(f"VERIFIED: {files_no} files and {events_no} events are as they were exported. 校验通过。")
    print("digest " + hashlib.sha256(read(bundle, MANIFEST)).hexdigest())
    return 0


if __name__ == "__main__":
    sys.exit(main())
