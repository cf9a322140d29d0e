// Another site than the paper, with a web server in front of it that asks the paper who may read, as Caddy does.
//
// It stands on the paper's host (localhost) under a port of its own, so browsers send it the session cookie. How real web
// servers ask is tried in crates/gaceta/tests/cli/gate; here it is about what a browser makes of the answers, and of the script.

import { createServer, request as ask } from "node:http";

/** The strictest policy under which the script works; docs/gate.md names it. */
const policy = (paper) => `default-src 'none'; img-src data:; script-src ${paper}; connect-src ${paper}; frame-ancestors 'none'`;

const page = (paper, path) => `<!doctype html><html lang="en"><meta charset="utf-8"><title>Archive</title>
  <link rel="icon" href="data:,"><script src="${paper}/gate/watch.js" defer></script>
  <h1>The archive</h1><p id="where">${path}</p><p id="old">In 1987 the river was lower still.</p><label>Notes <input id="notes"></label>${"<p>And lower the year after.</p>".repeat(60)}</html>`;

export class Site {
  denied = "?denied=303";

  static async open(port) {
    const site = new Site();
    site.server = createServer((request, response) => site.answer(request, response));
    await new Promise((listening) => site.server.listen(port, "127.0.0.1", listening));
    site.origin = `http://localhost:${port}`;
    return site;
  }

  close() {
    this.server.closeAllConnections();
    this.server.close();
  }

  async answer(request, response) {
    const headers = { ...request.headers };
    for (const [name, value] of [["method", request.method], ["proto", "http"], ["host", request.headers.host], ["uri", request.url]]) {
      headers[`x-forwarded-${name}`] = value;
    }
    const said = await new Promise((answered) => ask(`${this.paper}/gate/check${this.denied}`, { headers, agent: false }, answered).end());
    if (said.statusCode !== 200) {
      response.writeHead(said.statusCode, said.headers);
      return said.pipe(response);
    }
    said.resume();
    response.writeHead(200, { "Content-Type": "text/html; charset=utf-8", "Cache-Control": "private, no-cache", "Content-Security-Policy": policy(this.paper) });
    response.end(page(this.paper, request.url));
  }
}
