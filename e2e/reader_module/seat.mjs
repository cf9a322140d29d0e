// A stand-in for the server side of assets/reader.js: one article, and a seat that does what a test tells it to.
//
// It speaks the contract (beat, rest, notices, take) and writes down what it was told. It is for what the real server
// cannot be made to do on command: answer late, fail, refuse, tell old news. Not here: journeys with the real binary.

import { readFileSync } from "node:fs";
import { createServer } from "node:http";

const assets = new URL("../../crates/web/assets/", import.meta.url);
// The policy of the paper, so that a test fails where the module would need more than it may have.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'";

const page = (main) =>
  `<!doctype html><html lang="es"><meta charset="utf-8"><title>Artículo</title><link rel="icon" href="/favicon.svg">
  <link rel="stylesheet" href="/gaceta.css"><script type="module" src="/reader.js"></script>
  <main id="contenido" class="wrap page cols">${main}</main></html>`;
const paragraph = (n) => `<p id="p-${n}">A las seis y media ya había quince personas en la plaza, y nadie hablaba alto. ${"El camión llegó el jueves con la mitad de la carga. ".repeat(4)}</p>`;
const article = page(`<article><h1>Siete días sin agua</h1><div class="body" id="text">${Array.from({ length: 30 }, (_, i) => paragraph(i + 1)).join("")}</div></article>
  <aside class="side"><form class="box"><label for="mail">Tu correo</label><input id="mail" type="email"><input id="tick" type="checkbox" aria-label="Avisos"></form></aside>`);

export const message = (epoch, device) => `<div class="moved" lang="es" data-busy="Pasando…" data-returned="Ya puedes leer aquí."
  data-failed="No hemos podido pasar la lectura. Prueba otra vez.">
  <h2 id="moved-title" tabindex="-1">La lectura sigue en otro dispositivo</h2><p id="moved-text" class="what"><bdi>${device}</bdi> acaba de tomar el turno.</p>
  <form method="post" action="/reading/take" class="actions"><input type="hidden" name="epoch" value="${epoch}"><input type="hidden" name="op" value="op-${epoch}">
  <input type="hidden" name="next" value="/article"><button class="btn" data-act="take">Leer aquí de nuevo</button><button type="button" class="btn quiet" data-act="leave">Dejarlo por ahora</button></form>
  <p class="foot"><a href="#">¿No has sido tú?</a></p><template data-part="bar">La lectura ha pasado a otro dispositivo.</template></div>`;

export const ended = '<div class="moved" lang="es"><h2 id="moved-title" tabindex="-1">Se ha cerrado tu sesión aquí</h2></div>';
export const other = '<div class="moved other" lang="es"><h2 id="moved-title" tabindex="-1">Ahora hay otra cuenta abierta aquí</h2></div>';

export class Seat {
  heard = []; // what the page said, in order: { kind, ... }
  streams = new Set();
  beats = "held"; // "held" | "lost" | "rest" (held only if asked as coming back) | "fails" | "nothing" | "other"
  takes = "held"; // "held" | "elsewhere" | "fails"
  refusesStreams = false;
  beatDelay = 0; // ms; the answer is decided before it
  takeDelay = 0; // ms
  counter = 1;
  owner = "owner-of-the-page";
  device = "Portátil de Ana";

  static async open() {
    const seat = new Seat();
    seat.server = createServer((request, response) => seat.answer(request, response).catch(() => {})); // a page that went
    await new Promise((listening) => seat.server.listen(0, "127.0.0.1", listening));
    seat.origin = `http://127.0.0.1:${seat.server.address().port}`;
    return seat;
  }

  close() {
    this.server.closeAllConnections();
    this.server.close();
  }

  get epoch() {
    return `100.${this.counter}`;
  }

  of(kind) {
    return this.heard.filter((each) => each.kind === kind);
  }

  /** Another device takes the seat; open pages are told. */
  moves() {
    this.counter += 1;
    this.beats = "lost";
    this.notify(JSON.stringify({ message: message(this.epoch, this.device) }));
  }

  /** Another tab of this device has taken it back; nobody is told. */
  returns() {
    this.counter += 1;
    this.beats = "held";
  }

  notify(data) {
    for (const stream of this.streams) stream.write(`event: lost\ndata: ${data}\n\n`);
  }

  async answer(request, response) {
    const { pathname, searchParams } = new URL(request.url, this.origin);
    let body = "";
    for await (const part of request) body += part;
    const type = request.headers["content-type"];
    const json = (value) => response.setHeader("Content-Type", "application/json").end(JSON.stringify(value));
    const fail = () => response.writeHead(503).end();
    switch (pathname) {
      case "/reading/beat": {
        const told = JSON.parse(body);
        this.heard.push({ kind: "beat", type, ...told });
        const { beats, epoch } = this;
        await pause(this.beatDelay);
        if (beats === "fails") return fail();
        if (beats === "other") return json({ held: false, message: other });
        if (beats === "nothing") return response.writeHead(204).end();
        const held = beats === "held" || (beats === "rest" && told.back);
        return json(held ? { held, epoch, reader: this.owner } : { held, message: message(epoch, this.device) });
      }
      case "/reading/rest":
        this.heard.push({ kind: "rest", type, ...JSON.parse(body) });
        return json({ reader: this.owner });
      case "/reading/notices":
        this.heard.push({ kind: "stream", view: searchParams.get("view") });
        if (this.refusesStreams) return fail();
        response.writeHead(200, { "Content-Type": "text/event-stream" }).write(": open\n\n");
        this.streams.add(response);
        return response.on("close", () => this.streams.delete(response));
      case "/reading/take":
        this.heard.push({ kind: "take", type, accept: request.headers.accept, ...Object.fromEntries(new URLSearchParams(body)) });
        await pause(this.takeDelay);
        if (this.takes === "fails") return fail();
        this.counter += 1;
        if (this.takes === "elsewhere") return json({ held: false, message: message(this.epoch, "Tableta") });
        this.beats = "held";
        return json({ held: true, epoch: this.epoch });
      default:
        return this.file(pathname, response);
    }
  }

  file(pathname, response) {
    response.setHeader("Content-Security-Policy", policy).setHeader("Cache-Control", "private, no-cache");
    const pages = { "/article": article, "/elsewhere": page("<h1>Otra</h1>"), "/no-text": page("<h1>Nada</h1>") };
    if (pages[pathname]) return response.setHeader("Content-Type", "text/html").end(pages[pathname]);
    const types = { css: "text/css", js: "text/javascript", woff2: "font/woff2", svg: "image/svg+xml" };
    response.setHeader("Content-Type", types[pathname.split(".").at(-1)] ?? "text/plain").end(readFileSync(new URL(`.${pathname}`, assets)));
  }
}

const pause = (milliseconds) => new Promise((over) => setTimeout(over, milliseconds));
