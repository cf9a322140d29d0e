// Gaceta: tells the paper that this page of another site is being read, and makes way when its reader goes on elsewhere.
(() => {
  // Put together from assets/reader.js (what stands between its brackets) and the few lines that are different here: the
  // paper is elsewhere, and the message is a page of the paper, from which its reader comes back to this address.
  const HOME = new URL(document.currentScript.src).origin;
  const TYPE = "text/plain"; // browsers ask for leave before they send JSON to another site: no time for that at the end

  // [settings]
  // [spans]

  const text = document.body;
  const message = null; // is never shown here
  const restore = () => {};
  const bar = document.createElement("div");
  bar.setAttribute("role", "status");
  Object.assign(bar.style, { position: "fixed", insetInline: "0", insetBlockEnd: "0", zIndex: "2147483647", font: "600 16px/1.5 system-ui, sans-serif", textAlign: "center", color: "#fff", background: "#1b1b1b" });
  document.body.append(bar);

  // Back from the message: where the page stood is kept for this tab, unless the browser keeps nothing.
  const place = (act) => {
    try {
      act(sessionStorage);
    } catch {}
  };
  addEventListener("load", () =>
    place((kept) => {
      const [address, y] = JSON.parse(kept.getItem("gaceta")) ?? [];
      if (address === location.href) scrollTo(0, y);
      kept.removeItem("gaceta");
    }),
  );

  // [state]

  // [telling]

  function pause() {
    hush();
    const { href, origin, pathname } = location;
    const back = href.length > 2000 ? origin + pathname : href;
    place((kept) => kept.setItem("gaceta", JSON.stringify([back, scrollY])));
    location.replace(`${HOME}/gate/message?back=${encodeURIComponent(back)}`);
  }

  // [listening]

  // [words]
})();
