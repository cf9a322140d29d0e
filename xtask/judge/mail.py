"""`cargo xtask judge mail`: every kind of mail in every language, really sent, and judged by programs that are not ours.

A real mail server (aiosmtpd) takes what the paper sends, dkimpy verifies the signatures, Python's parser takes the mails
apart, and `gaceta doctor mail` asks a real name server (dnsmasq). What is tried: headers, parts, links, that nothing typed by
a person becomes a header, and that each mistake in the DNS is found.

Usage: mail.py GACETA FOLDER DNSMASQ: the program, where the HTML of each mail is put for pictures, and the name server.
"""

import datetime
import email
import email.policy
import email.utils
import getpass
import html.parser
import http.client
import http.cookiejar
import os
import pathlib
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.parse
import urllib.request

import dkim
from aiosmtpd.controller import Controller

DOMAIN = "paper.test"
SELECTORS = {"rsa": "gaceta", "ed25519": "gaceta-ed25519"}
PASSWORD = "a paper a day"
PATIENCE = 30  # seconds for one mail
HEADERS = ["auto-submitted", "content-type", "date", "from", "message-id", "mime-version", "reply-to", "subject", "to"]
SIGNED = {"from", "to", "subject", "date", "message-id", "auto-submitted", "mime-version", "content-type", "reply-to"}

# What people type into names, and what companies are called, so that it becomes a header of a mail.
NASTY = [
    "Eve\r\nBcc: eve@evil.test",
    "Eve\nBcc: eve@evil.test",
    "Eve\rBcc: eve@evil.test",
    "Eve%0d%0aBcc: eve@evil.test",
    "Eve\u2028Bcc: eve@evil.test",
    "Eve\u2029Bcc: eve@evil.test",
    "Eve\u0085Bcc: eve@evil.test",
    "Eve\u000bBcc: eve@evil.test",
    "Eve\u000cBcc: eve@evil.test",
    "Eve\u0000Bcc: eve@evil.test",
    "Eve\r\n\r\n<h1>Bcc</h1>",
    "=?utf-8?q?Eve=0D=0ABcc:_eve@evil.test?=",
    "=?utf-8?b?RXZlDQpCY2M6IGV2ZUBldmlsLnRlc3Q=?=",
    "=?us-ascii?q?Eve?= =?us-ascii?q?=0ABcc:_e?=",
    "Eve\" <eve@evil.test>, \"",
    "Eve <eve@evil.test>",
    "Eve; Bcc: eve@evil.test",
    "Bcc: eve@evil.test",
    "Eve (comment)",
    "Eve\\\r\n\tBcc: eve@evil.test",
    "Ñandú\r\nBcc: eve@evil.test",
    "Ñ" * 79,
    "a" * 80,
    "👩\u200d💻 de Pilar",
    "\u202eBcc\u202c",
    "<script>alert(1)</script>",
    "{{ 7 * 7 }}",
    "Mr. & Mrs. “Quote” 'Q'",
    "--boundary",
    ".",
    "..",
    "From here",
]
ADDRESSES = [
    "eve@paper.test\r\nBcc: x@evil.test",
    "eve@paper.test\nRCPT TO:<x@evil.test>",
    "eve@paper.test%0d%0aBcc:x@evil.test",
    "eve@paper.test>\r\nRCPT TO:<x@evil.test",
    "eve@paper.test,x@evil.test",
    "eve@paper.test x@evil.test",
    "\"eve\r\nBcc: x\"@paper.test",
    "\"eve@paper.test x\"@paper.test",
    "Eve <eve@paper.test>",
    "eve@paper.test\u2028Bcc: x@evil.test",
    "eve\u0000@paper.test",
    "eve@paper.test\u0085Bcc: x",
    "eve@[127.0.0.1]",
    "eve(x)@paper.test",
    "=?utf-8?q?eve?=@paper.test",
    "eve=0D=0A@paper.test",
]


class Tally:
    passed = 0
    failed = 0

    def check(self, holds, what):
        if holds:
            self.passed += 1
        else:
            self.failed += 1
            print(f"FAILED  {what}", flush=True)
        return holds


TALLY = Tally()


class Letters:
    """What the mail server took."""

    def __init__(self):
        self.taken = []
        self.arrived = threading.Condition()

    async def handle_DATA(self, server, session, envelope):
        with self.arrived:
            self.taken.append((envelope.mail_from, list(envelope.rcpt_tos), envelope.content))
            self.arrived.notify_all()
        return "250 2.0.0 taken"

    def to(self, address):
        return [one for one in self.taken if address in one[1]]

    def wait(self, address, count=1):
        """The mail number `count` to this address."""
        end = time.monotonic() + PATIENCE
        with self.arrived:
            while len(self.to(address)) < count:
                left = end - time.monotonic()
                if left <= 0:
                    raise SystemExit(f"{address} never got mail number {count}")
                self.arrived.wait(left)
            return self.to(address)[count - 1]


class Browser(urllib.request.HTTPRedirectHandler):
    def __init__(self, port, agent):
        self.port, self.agent = port, agent
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()), self)

    def redirect_request(self, *_):
        return None

    def ask(self, path, form=None, headers=None):
        """Status and text; redirects are not followed."""
        data = urllib.parse.urlencode(form).encode() if form is not None else None
        request = urllib.request.Request(f"http://localhost:{self.port}{path}", data, {"User-Agent": self.agent, **(headers or {})})
        try:
            with self.opener.open(request, timeout=60) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as answer:
            return answer.code, answer.read().decode()

    def done(self, path, form):
        status, text = self.ask(path, form)
        if status != 303:
            raise SystemExit(f"{path} answers {status}: {text[:2000]}")


class Paper:
    """A paper in a folder of its own, served."""

    def __init__(self, program, folder, smtp_port):
        self.program, self.folder, self.port = program, pathlib.Path(folder), free_port()
        self.origin = f"http://localhost:{self.port}"
        self.environment = {
            "PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8", "GACETA_SITE__PUBLIC_URL": self.origin,
            "GACETA_SERVER__LISTEN": f"127.0.0.1:{self.port}",
        }
        self.keys = {}
        self.run("init")
        mail = [
            "[site]", 'name = "El Diario de la Ñ"', "[mail]", 'transport = "smtp"', f'smtp_url = "smtp://127.0.0.1:{smtp_port}"',
            f'from = "El Diario de la Ñ <hola@{DOMAIN}>"', f'reply_to = "lectores@{DOMAIN}"',
        ]
        self.write(mail)
        for kind, setting in [("rsa", "dkim_key"), ("ed25519", "dkim_second_key")]:
            file = self.folder / f"{kind}.pem"
            said = self.run("mail", "key", str(file), *(["--ed25519"] if kind == "ed25519" else []))
            strings = re.findall(r'"([^"]*)"', next(line for line in said.splitlines() if line.startswith('"v=DKIM1')))
            name = f"{SELECTORS[kind]}._domainkey.{DOMAIN}"
            TALLY.check(name in said, f"`gaceta mail key` says where the record goes: {said}")
            TALLY.check(all(len(string) <= 255 for string in strings), "a string of the record has 255 bytes at most")
            self.keys[f"{name}."] = "".join(strings).encode()
            TALLY.check(file.stat().st_mode & 0o777 == 0o600, f"{kind}.pem is its owner's alone")
            mail.append(f'{setting} = "{file}"')
        limits = ["mails_per_network = 100000", "mails_per_address = 100", "attempts_per_network = 100000"]
        self.write(mail + ["[accounts]"] + limits)
        self.serving = None

    def write(self, lines):
        (self.folder / "gaceta.toml").write_text("\n".join(lines) + "\n")

    def run(self, *words, line="", locale=None, fails=False):
        environment = {**self.environment, **({"LC_ALL": locale} if locale else {})}
        ended = subprocess.run([self.program, *words], cwd=self.folder, env=environment, input=line, capture_output=True, text=True, timeout=120)
        if (ended.returncode != 0) != fails:
            raise SystemExit(f"gaceta {' '.join(words)}: {ended.stdout}{ended.stderr}")
        return ended.stdout + ended.stderr

    def __enter__(self):
        log = open(self.folder / "log", "ab")
        self.serving = subprocess.Popen([self.program, "serve"], cwd=self.folder, env=self.environment, stdout=log, stderr=log)
        end = time.monotonic() + 60
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return self
            except OSError:
                if time.monotonic() > end or self.serving.poll() is not None:
                    raise SystemExit(f"it does not serve: {(self.folder / 'log').read_text()}")
                time.sleep(0.05)

    def __exit__(self, *_):
        self.serving.send_signal(signal.SIGTERM)
        try:
            self.serving.wait(30)
        except subprocess.TimeoutExpired:
            self.serving.kill()


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


class Page(html.parser.HTMLParser):
    """What an HTML part says and leads to."""

    def __init__(self, text):
        super().__init__()
        self.lang, self.tags, self.links, self.words, self.hidden = None, set(), [], [], 0
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        attrs = dict(attrs)
        if tag == "html":
            self.lang = attrs.get("lang")
        if tag in ("style", "title"):
            self.hidden += 1
        self.links += [value for name, value in attrs.items() if name in ("href", "src", "background", "action")]

    def handle_endtag(self, tag):
        if tag in ("style", "title"):
            self.hidden -= 1

    def handle_data(self, data):
        if not self.hidden:
            self.words += data.split()


def judge(what, lang, mail, to, paper, pictures=None):
    """One mail, whatever it says."""
    sender, recipients, raw = mail
    say = lambda holds, why: TALLY.check(holds, f"{what} ({lang}): {why}")
    say(recipients == [to], f"goes to {to} alone, not {recipients}")
    say(sender == f"hola@{DOMAIN}", f"comes from {sender}")
    say(all(len(line) <= 998 for line in raw.split(b"\r\n")), "no line is too long")
    say(b"\n" not in raw.replace(b"\r\n", b"") and b"\r" not in raw.replace(b"\r\n", b""), "every line ends in CRLF")
    say(raw.isascii(), "seven bits")
    parsed = email.message_from_bytes(raw, policy=email.policy.default)
    names = sorted(name.lower() for name in parsed.keys() if name.lower() != "dkim-signature")
    injected = [name for name in names if name not in HEADERS]
    say(names == HEADERS, f"has each header once: {names}; injected: {injected}")
    say(not parsed.defects and not any(value.defects for value in parsed.values()), "parses without a defect")
    say(parsed["to"].addresses[0].addr_spec == to and len(parsed["to"].addresses) == 1, f"To is {parsed['to']}")
    say(str(parsed["from"]) == f"El Diario de la Ñ <hola@{DOMAIN}>", f"From is {parsed['from']}")
    say(parsed["reply-to"].addresses[0].addr_spec == f"lectores@{DOMAIN}", "Reply-To as configured")
    say(re.fullmatch(rf"<[\w.-]+@{re.escape(DOMAIN)}>", parsed["message-id"]), f"Message-ID is {parsed['message-id']}")
    age = abs(time.time() - parsed["date"].datetime.timestamp())
    say(age < 300, f"Date is {parsed['date']}")
    say(parsed["auto-submitted"] == "auto-generated", "Auto-Submitted")
    say(not any(ord(c) < 32 or ord(c) == 127 for c in str(parsed["subject"])), f"Subject is {parsed['subject']!r}")
    parts = list(parsed.iter_parts())
    kinds = [part.get_content_type() for part in parts]
    say(parsed.get_content_type() == "multipart/alternative" and kinds == ["text/plain", "text/html"], f"parts are {kinds}")
    text, page_text = (part.get_content() for part in parts)
    page = Page(page_text)
    if pictures is not None:
        (pictures / f"{what.replace(' ', '-')}-{lang}.html").write_text(page_text)
    say(page.lang == lang, f"HTML is in {page.lang}")
    forbidden = page.tags & {"script", "img", "link", "iframe", "form", "object", "video", "audio", "svg"}
    say(not forbidden and "url(" not in page_text and "@import" not in page_text, f"nothing remote: {forbidden}")
    links = page.links + re.findall(r"https?://\S+", text)
    foreign = [link for link in links if link != paper.origin and not link.startswith(paper.origin + "/")]
    say(links and not foreign, f"links lead to the paper: {foreign}")
    missing = [word for word in text.split() if word != "--" and word.rstrip(":") not in " ".join(page.words)]
    say(not missing, f"both parts say the same: {missing}")
    verify(what, lang, raw, paper)
    return text


def verify(what, lang, raw, paper):
    """Each signature by itself, and that it covers what it must."""
    say = lambda holds, why: TALLY.check(holds, f"{what} ({lang}): {why}")
    answer = lambda name, **_: paper.keys.get(name.decode() if isinstance(name, bytes) else name)
    signatures = [value for name, value in email.message_from_bytes(raw).items() if name.lower() == "dkim-signature"]
    algorithms = [re.search(r"a=([\w-]+)", value)[1] for value in signatures]
    say(algorithms == ["rsa-sha256", "ed25519-sha256"], f"signatures are {algorithms}")
    for at, signature in enumerate(signatures):
        say(dkim.DKIM(raw).verify(idx=at, dnsfunc=answer), f"the signature of {algorithms[at]} is right")
        covered = re.sub(r"\s", "", re.search(r"\bh=([^;]+)", signature)[1]).lower().split(":")
        say(SIGNED <= set(covered) and all(covered.count(name) == 2 for name in ("from", "to", "subject")), f"it covers {covered}")
        for forged in (raw.replace(b"Subject: ", b"Subject: x", 1), b"From: eve@evil.test\r\n" + raw, raw[:-3] + b"x\r\n"):
            try:
                holds = dkim.DKIM(forged).verify(idx=at, dnsfunc=answer)
            except dkim.DKIMException:
                holds = False
            say(not holds, f"a changed mail is not taken for signed by {algorithms[at]}")


def link(text, paper, start):
    found = re.search(rf"{re.escape(paper.origin)}({start}\S+)", text)
    if not found:
        raise SystemExit(f"no link to {start} in: {text}")
    return found[1]


def every_kind(paper, letters, lang, pictures):
    """The mails that a reader, an owner and a guest get, in this language."""
    laptop = Browser(paper.port, "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0")
    phone = Browser(paper.port, "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605 Version/18.0 Mobile/15E148 Safari/604.1")
    reader, guest = f"lectora-{lang}@example.com", f"invitado-{lang}@example.com"
    counts = {}

    def next_mail(what, to=reader):
        counts[to] = counts.get(to, 0) + 1
        return judge(what, lang, letters.wait(to, counts[to]), to, paper, pictures)

    at = f"?lang={lang}"
    evil = {"X-Forwarded-Host": "evil.test", "X-Forwarded-Proto": "https", "Forwarded": "host=evil.test"}
    form = {"email": reader, "name": "Lucía", "password": PASSWORD}
    status, _ = laptop.ask(f"/sign-up{at}", form, evil)
    TALLY.check(status == 303, f"sign-up answers {status}")
    proof = next_mail("prove")
    laptop.done(link(proof, paper, "/proof/"), {})
    next_mail("welcome")
    phone.done(f"/sign-up{at}", form)
    next_mail("known")
    phone.done(f"/reset{at}", {"email": f"nadie-{lang}@example.com"})
    next_mail("unknown", f"nadie-{lang}@example.com")
    phone.done(f"/sign-in/link{at}", {"email": f"nadie-{lang}@example.com"})
    next_mail("nobody", f"nadie-{lang}@example.com")
    phone.done(f"/sign-in/link{at}", {"email": reader})
    next_mail("sign-in")
    phone.done(f"/reset{at}", {"email": reader})
    reset = next_mail("reset")
    phone.done(link(reset, paper, "/reset/"), {"password": PASSWORD + " twice"})
    next_mail("changed")
    for browser in (laptop, phone):
        browser.done(f"/sign-in{at}", {"email": reader, "password": PASSWORD + " twice"})
    next_mail("device")
    laptop.done("/account/devices/unknown", {"current": PASSWORD + " twice"})
    next_mail("secured")
    moved(paper, lang, laptop, reader, next_mail)
    until = (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=90)).date().isoformat()
    paper.run("grant", reader, "--plan", "company", "--seats", "100", "--until", until, "--company", "Pozos, S. A.")
    next_mail("granted")
    laptop.done("/account/seats/invite", {"emails": guest})
    invitation = next_mail("invitation", guest)
    stranger = Browser(paper.port, "Test/1.0")
    stranger.done(link(invitation, paper, "/invitation/"), {"name": "Nora", "password": PASSWORD})
    next_mail("seated", guest)
    page = laptop.ask("/account/seats")[1]
    seat = next(row for row in page.split("<li")[1:] if guest in row)
    laptop.done("/account/seats/remove", {"seat": re.search(r'name="seat" value="([^"]+)"', seat)[1]})
    next_mail("unseated", guest)
    laptop.done("/account/email", {"email": guest})
    next_mail("taken", guest)
    succeeded(paper, letters, lang, guest, next_mail, until)
    tester = f"prueba-{lang}@example.com"
    said = paper.run("mail", "test", tester, locale="es_ES.UTF-8" if lang == "es" else "en_GB.UTF-8")
    TALLY.check("took the mail" in said and "2.0.0 taken" in said, f"`gaceta mail test` says: {said}")
    next_mail("test", tester)
    return laptop, reader, counts


def moved(paper, lang, laptop, reader, next_mail):
    """The address becomes another one, and is brought back by the link at the old one."""
    new = f"nueva-{lang}@example.com"
    laptop.done("/account/email", {"email": new})
    laptop.done(link(next_mail("new email", new), paper, "/email/"), {})
    back = link(next_mail("old email"), paper, "/restore/")
    next_mail("moved", new)
    laptop.done(back, {"password": PASSWORD + " twice"})
    next_mail("changed again")
    laptop.done(f"/sign-in?lang={lang}", {"email": reader, "password": PASSWORD + " twice"})


def succeeded(paper, letters, lang, guest, next_mail, until):
    """An owner deletes the account, and a guest looks after the subscription from then on."""
    owner = f"duena-{lang}@example.com"
    browser, stranger = (Browser(paper.port, "Test/1.0") for _ in range(2))
    browser.done(f"/sign-up?lang={lang}", {"email": owner, "name": "Eva", "password": PASSWORD})
    browser.done(link(parts_of(letters.wait(owner))[0], paper, "/proof/"), {})
    letters.wait(owner, 2)
    paper.run("grant", owner, "--plan", "company", "--seats", "100", "--until", until)
    letters.wait(owner, 3)
    browser.done("/account/seats/invite", {"emails": guest})
    invitation = link(next_mail("invitation again", guest), paper, "/invitation/")
    stranger.done(f"/sign-in?lang={lang}", {"email": guest, "password": PASSWORD})
    next_mail("device of a guest", guest)
    stranger.done(invitation, {})
    next_mail("seated again", guest)
    browser.done("/account/data/delete", {"sure": "yes"})
    next_mail("successor", guest)


def parts_of(mail):
    parsed = email.message_from_bytes(mail[2], policy=email.policy.default)
    return [part.get_content() for part in parsed.iter_parts()]


class NameServer:
    """The DNS as this paper's keeper would set it (dnsmasq), with what is wrong in it if something is."""

    def __init__(self, paper, records):
        self.port = free_port()
        settings = paper.folder / "dns.conf"
        lines = [f"port={self.port}", "listen-address=127.0.0.1", "bind-interfaces", "no-resolv", "no-hosts", "local=/test/",
                 "local=/in-addr.arpa/", f"user={getpass.getuser()}", *records]
        settings.write_text("\n".join(lines) + "\n")
        self.serving = subprocess.Popen([sys.argv[3], "--keep-in-foreground", f"--conf-file={settings}"], stderr=open(paper.folder / "dns.log", "ab"))

    def __enter__(self):
        end = time.monotonic() + 30
        while time.monotonic() < end and self.serving.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return self
            except OSError:
                time.sleep(0.05)
        raise SystemExit("dnsmasq does not answer")

    def __exit__(self, *_):
        self.serving.kill()
        self.serving.wait()


def in_strings(text):
    """As dnsmasq wants a long record."""
    return ",".join(f'"{text[at:at + 250]}"' for at in range(0, len(text), 250))


def doctor(paper):
    """`gaceta doctor mail` against a DNS that is in order, and against one with each of these things wrong."""
    ip = "192.0.2.7"
    right = {
        "spf": [f'txt-record={DOMAIN},"v=spf1 ip4:{ip} -all"'],
        "dmarc": [f'txt-record=_dmarc.{DOMAIN},"v=DMARC1; p=reject; rua=mailto:dmarc@{DOMAIN}"'],
        "mx": [f"mx-host={DOMAIN},mail.{DOMAIN},10"],
        "a": [f"host-record=mail.{DOMAIN},{ip}"],
        **{name: [f"txt-record={name.rstrip('.')},{in_strings(key.decode())}"] for name, key in paper.keys.items()},
    }
    rsa, ed25519 = paper.keys
    another = paper.keys[ed25519].decode()[:-4] + "AAA="
    wrong = {
        "no SPF": ({"spf": []}, "SPF: "),
        "two SPF records": ({"spf": right["spf"] + [f'txt-record={DOMAIN},"v=spf1 -all"']}, "SPF: "),
        "SPF of another address": ({"spf": [f'txt-record={DOMAIN},"v=spf1 ip4:192.0.2.8 -all"']}, f"SPF: {ip} may not send"),
        "eleven questions": ({"spf": [f'txt-record={DOMAIN},"v=spf1 {" ".join(f"a:x{n}.{DOMAIN}" for n in range(11))} ip4:{ip} -all"']}, "SPF: "),
        "no key": ({rsa: []}, "DKIM: there is no key"),
        "another key": ({ed25519: [f'txt-record={ed25519.rstrip(".")},"{another}"']}, "DKIM: the key at"),
        "a revoked key": ({rsa: [f'txt-record={rsa.rstrip(".")},"v=DKIM1; k=rsa; p="']}, "was revoked"),
        "no DMARC": ({"dmarc": []}, "DMARC: "),
        "a policy that nobody knows": ({"dmarc": [f'txt-record=_dmarc.{DOMAIN},"v=DMARC1; p=monitor"']}, "DMARC: "),
        "no MX": ({"mx": []}, "MX: "),
        "no name": ({"a": []}, "PTR: "),
    }
    for what, (instead, expected) in {"in order": ({}, None), **wrong}.items():
        records = [record for these in {**right, **instead}.values() for record in these]
        with NameServer(paper, records) as server:
            paper.environment["GACETA_MAIL__NAME_SERVER"] = f"127.0.0.1:{server.port}"
            said = paper.run("doctor", "mail", "--ip", ip, fails=expected is not None)
        found = [line for line in said.splitlines() if line.startswith("wrong")]
        if expected is None:
            TALLY.check(not found and said.count("ok ") >= 7, f"`gaceta doctor mail`, {what}: {said}")
        else:
            TALLY.check(any(expected in line for line in found), f"`gaceta doctor mail`, {what}: {said}")
            TALLY.check(len(found) == 1, f"`gaceta doctor mail`, {what}, says one thing: {found}")
    paper.environment["GACETA_MAIL__NAME_SERVER"] = f"127.0.0.1:{free_port()}"
    said = paper.run("doctor", "mail", fails=True)
    TALLY.check("no answer" in said, f"`gaceta doctor mail` without a DNS: {said}")
    del paper.environment["GACETA_MAIL__NAME_SERVER"]


def ends(paper, letters, readers, pictures):
    """Subscriptions that end soon and that have ended: their dates are set back while the paper is away."""
    database = sqlite3.connect(paper.folder / "gaceta-data" / "gaceta.db")
    for what, ends_in in (("ends soon", 3), ("ended", -1)):
        now = int(time.time() * 1000)
        day = 86_400_000
        with database:
            database.execute("UPDATE subscription SET starts_at = ?, ends_at = ?", (now - 90 * day, now + ends_in * day))
        with paper:
            for lang, (reader, counts) in readers.items():
                counts[reader] += 1
                judge(what, lang, letters.wait(reader, counts[reader]), reader, paper, pictures)
    database.close()


def injections(paper, letters, owner, reader):
    """What people type gets into mails, and never into their headers."""
    mails = 0
    owner.done("/account", {"name": "Eve", "language": "en"})
    for at, name in enumerate(NASTY):
        status, _ = owner.ask("/account", {"name": name, "language": "en"})
        TALLY.check(status in (303, 400, 422), f"the name {name!r} answers {status}")
        guest = f"victim-{at}@example.com"
        owner.done("/account/seats/invite", {"emails": guest})
        judge(f"name {at}", "en", letters.wait(guest), guest, paper)
        mails += 1
        try:
            ended = subprocess.run(
                [paper.program, "grant", reader, "--plan", "company", "--seats", "100", "--until", "2099-12-31", "--company", name],
                cwd=paper.folder, env=paper.environment, capture_output=True, timeout=60)
            TALLY.check(ended.returncode in (0, 1, 2), f"the company {name!r} ends with {ended.returncode}")
        except ValueError:
            pass  # no process can be told of a NUL
    stranger = Browser(paper.port, "Test/1.0")
    for address in ADDRESSES:
        for path, form in (
            ("/sign-up?lang=en", {"email": address, "name": "Eve", "password": PASSWORD}),
            ("/reset?lang=en", {"email": address}),
        ):
            status, _ = stranger.ask(path, form)
            TALLY.check(status in (303, 400, 422), f"{path} with {address!r} answers {status}")
        if re.search(r"[,;\s]", address):
            continue  # a list of several, each of which gets a mail of its own
        status, _ = owner.ask("/account/seats/invite", {"emails": address})
        TALLY.check(status in (303, 400, 422), f"an invitation to {address!r} answers {status}")
    # The mail that comes last tells that all before it have come.
    stranger.done("/reset?lang=en", {"email": "last@example.com"})
    letters.wait("last@example.com")
    time.sleep(2)
    for sender, recipients, raw in letters.taken:
        parsed = email.message_from_bytes(raw, policy=email.policy.default)
        names = sorted(name.lower() for name in parsed.keys() if name.lower() != "dkim-signature")
        TALLY.check(names == HEADERS, f"to {recipients}: headers are {names}")
        TALLY.check(len(recipients) == 1 and "evil.test" not in recipients[0], f"goes to {recipients}")
    print(f"{len(NASTY)} names and companies, {len(ADDRESSES)} addresses, {len(letters.taken)} mails, "
          f"{sum('bcc' in (n.lower() for n in email.message_from_bytes(raw).keys()) for _, _, raw in letters.taken)} injected headers")


def main():
    program, pictures = sys.argv[1], pathlib.Path(sys.argv[2])
    pictures.mkdir(parents=True, exist_ok=True)
    letters = Letters()
    server = Controller(letters, hostname="127.0.0.1", port=free_port())
    server.start()
    try:
        with tempfile.TemporaryDirectory() as folder:
            paper = Paper(program, folder, server.port)
            readers = {}
            with paper:
                for lang in ("en", "es"):
                    owner, reader, counts = every_kind(paper, letters, lang, pictures)
                    readers[lang] = (reader, counts)
                    last = (owner, reader)
            ends(paper, letters, readers, pictures)
            doctor(paper)
            database = sqlite3.connect(paper.folder / "gaceta-data" / "gaceta.db")
            with database:
                database.execute("UPDATE subscription SET ends_at = ?", (int(time.time() * 1000) + 200 * 86_400_000,))
            database.close()
            with paper:
                injections(paper, letters, *last)
        identifiers = [email.message_from_bytes(raw)["message-id"] for _, _, raw in letters.taken]
        TALLY.check(len(set(identifiers)) == len(identifiers), "no two mails have one Message-ID")
    finally:
        server.stop()
    print(f"{TALLY.passed} passed, {TALLY.failed} failed")
    return 1 if TALLY.failed else 0


if __name__ == "__main__":
    sys.exit(main())
