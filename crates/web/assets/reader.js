// Watches the reading seat on an open subscribers' article: one deferred module, no library, no build step.
//
// It tells the server that this page is being read, and for whom (a beat each `[reading] beat_every` while visible, a beacon when it no
// longer is, a first word when it begins hidden), hears when the seat has gone to another device of the same reader, hides the
// text then and shows the server's message, and brings the text back to the same place when the seat is here again.
//
// What it does not do. It protects nothing: the server decides who gets a text, before sending it; hiding is courtesy.
// It counts nothing about the reader, stores nothing, knows no language (every word comes from the server) and decides
// nothing: in doubt, offline or on an error the page stays as it is. Without it the next page is the message.
//
// What stands between "// [name" and "// name]" is also in the script for pages of other sites (crates/gate/src/watch.js).
//
// Markup: <div class="frame"><div class="body" id="text" data-beat="MS" data-silent="MS"> with blocks p-1, p-2 ...; looks:
// "MOVED" in gaceta.css.

const HOME = ""; // where the paper is: here
const TYPE = "application/json"; // how it is told

const text = document.getElementById("text");
const BEAT = Number(text?.dataset.beat) || 30_000; // ms between two beats
const ASLEEP = Number(text?.dataset.silent) || 75_000; // ms without a beat after which the server counts us as at rest: then we are coming back

// [spans
const THROTTLE = 3_000; // ms at least between beats that focus, blur or renewed activity ask for
const PATIENCE = 60_000; // ms at most for which typing or a selection puts off hiding the text
const TIMEOUT = 10_000; // ms for one answer
// spans]

if (text) watch(text);

function watch(text) {
  const frame = framed(text);
  const bar = live("div", "moved-bar");
  const spoken = live("p", "vh");

  // [state
  const [high, low] = crypto.getRandomValues(new Uint32Array(2));
  const view = String((high >>> 11) * 2 ** 32 + low); // 53 bits: this page view among the tabs of one device
  const listeners = new AbortController();

  let seq = 0;
  let held = null; // epoch in which this page was last told it has the seat
  let latest = null; // newest epoch heard of; older news has been overtaken on the way and is dropped
  let awake = false; // visible, beating, listening
  let returning = false; // coming back from hidden or from sleep, and not answered yet
  let reader; // whose page this is, as the first answer said
  let active = performance.now(); // last scroll, key, pointer or touch; a clock that nobody sets
  let sent = 0; // when the last beat left
  let sentAt = Infinity; // the same by the clock on the wall, which goes on while the machine sleeps
  let focus; // as last told
  let more = false; // something to tell came up while a beat was on its way
  let failures = 0;
  let timer, flight, ears, stream, streamTimer;

  let typed = null; // field the reader has changed something in
  let pending = null; // message that waits for the reader to finish typing or selecting
  let deadline = 0; // when it stops waiting
  let waiting; // timer of that wait
  // state]

  let message = null; // message on show: the text is hidden exactly while there is one
  let dialog = null;
  let place = null; // block to come back to

  // [telling
  // ---- Telling the server -------------------------------------------------------------------------------------

  async function beat() {
    clearTimeout(timer);
    if (!awake) return;
    if (flight) return next(1_000);
    const now = performance.now();
    if (Date.now() - sentAt > ASLEEP) returning = true; // the machine slept with the page in front
    sent = now;
    sentAt = Date.now();
    more = false;
    focus = document.hasFocus();
    const mine = (flight = new AbortController());
    const limit = setTimeout(() => mine.abort(), TIMEOUT);
    try {
      const answer = await say("beat", { focused: focus, idle: Math.round(now - active), back: returning }, mine.signal);
      if (answer.status === 204) return stop();
      if (!answer.ok) throw new Error(answer.status);
      const news = await answer.json();
      if (flight !== mine) return; // hidden meanwhile
      failures = 0;
      returning = false;
      reader ??= news.reader;
      if (news.held) keep(news.epoch);
      else lose(news.message);
      if (!ears) listen(); // only now: a notice must not hide what this answer leaves open
    } catch {
      if (flight !== mine) return;
      failures += 1;
    } finally {
      clearTimeout(limit);
      if (flight === mine) flight = null;
    }
    if (more && !failures) soon();
    else next(failures ? backoff(failures, BEAT) : BEAT);
  }

  function next(delay) {
    clearTimeout(timer);
    if (awake) timer = setTimeout(beat, delay);
  }

  function soon() {
    more = flight !== null;
    if (awake) next(Math.max(0, sent + THROTTLE - performance.now()));
  }

  const told = (more) => JSON.stringify({ view, seq: ++seq, epoch: held, reader, ...more });

  function say(what, more, signal) {
    const headers = { "Content-Type": TYPE, Accept: "application/json" };
    return fetch(`${HOME}/reading/${what}`, { method: "POST", credentials: "include", headers, body: told(more), signal });
  }

  function rest() {
    navigator.sendBeacon?.(`${HOME}/reading/rest`, new Blob([told()], { type: TYPE }));
  }

  // Opened in the background, or restored: at rest until somebody looks. Here an answer counts, for it says whose the page is.
  async function unseen() {
    if (awake) return;
    const answer = await say("rest").catch(() => null);
    const news = await answer?.json().catch(() => null); // nothing where nobody is signed in
    reader ??= news?.reader;
  }

  // HTTP/1.1 allows six connections to a host, so one window listens for all of this browser, and makes the others ask.
  function listen() {
    let refusals = 0;
    const { signal } = (ears = new AbortController());
    const windows = new BroadcastChannel("gaceta");
    windows.onmessage = beat;
    const over = new Promise((done) => signal.addEventListener("abort", done)).then(() => windows.close());
    const open = () => {
      const source = (stream = new EventSource(`${HOME}/reading/notices?view=${view}`, { withCredentials: true }));
      source.onopen = () => (refusals = 0);
      source.onerror = () => {
        if (source.readyState !== EventSource.CLOSED || source !== stream) return; // it reconnects by itself
        streamTimer = setTimeout(open, backoff(++refusals, 60_000));
      };
      source.addEventListener("lost", (event) => {
        windows.postMessage("lost");
        try {
          const html = JSON.parse(event.data).message;
          lose(html);
          if (!html.includes("<form")) beat(); // signed out: is somebody else signed in?
        } catch {
          beat(); // a notice we cannot read: ask
        }
      });
    };
    const lead = () => (open(), over);
    if (navigator.locks) navigator.locks.request("gaceta", { signal }, lead).catch(() => {});
    else lead();
  }

  // ---- Coming and going ---------------------------------------------------------------------------------------

  function wake(back) {
    if (awake || document.hidden) return;
    awake = true;
    returning ||= back;
    beat(); // asks before anything is hidden
  }

  function sleep() {
    if (!awake) return;
    hush();
    rest();
  }

  // Nothing to watch here. A text that is hidden stays so: only "you have the seat" brings it back.
  function stop() {
    hush();
    listeners.abort();
  }

  function hush() {
    awake = false;
    for (const each of [timer, streamTimer]) clearTimeout(each);
    const asking = flight;
    flight = null;
    asking?.abort();
    ears?.abort();
    stream?.close();
    ears = stream = null;
    calm(); // what is true on return is asked on return
  }

  // ---- Having and losing the seat -----------------------------------------------------------------------------

  function keep(epoch) {
    if (older(epoch, latest)) return;
    held = latest = epoch;
    deadline = 0;
    calm();
    if (message) restore();
  }

  // Nothing waits, and nothing is announced.
  function calm() {
    clearTimeout(waiting);
    pending = null;
    bar.textContent = "";
  }

  function lose(html) {
    if (!awake) return; // asks on return
    const notice = parsed(html);
    const epoch = notice.querySelector("[name=epoch]")?.value;
    if (older(epoch, latest)) return;
    latest = epoch ?? latest;
    if (message) {
      // One is on show already: it is not pulled from under the reader. But who is signed in now says more than that one no longer is.
      if (notice.matches(".other") && !message.matches(".other")) show(notice);
      return;
    }
    pending = notice;
    deadline ||= performance.now() + PATIENCE;
    bar.lang = notice.lang;
    if (busy()) bar.textContent = notice.querySelector("template[data-part=bar]")?.content.textContent ?? "";
    yieldOrPause();
  }

  function yieldOrPause() {
    clearTimeout(waiting);
    if (!pending) return;
    if (busy() && performance.now() < deadline) waiting = setTimeout(yieldOrPause, 250);
    else pause();
  }

  function busy() {
    if (typed && typed === document.activeElement) return true;
    const selection = getSelection();
    return Boolean(selection && !selection.isCollapsed && selection.containsNode(text, true));
  }
  // telling]

  function pause() {
    const blocks = [...text.children].filter((block) => block.id);
    place = blocks.find((block) => block.getBoundingClientRect().bottom > 0) ?? blocks.at(-1);
    bar.textContent = "";
    deadline = 0;
    show(pending);
    pending = null;
    text.inert = true;
    text.dataset.paused = message.querySelector("h2")?.textContent ?? ""; // printed in place of the text
    const sheet = (dialog = document.createElement("dialog"));
    if (!sheet.showModal) return aside();
    dialog.className = "moved-dialog";
    for (const [name, value] of [["role", "alertdialog"], ["aria-labelledby", "moved-title"], ["aria-describedby", "moved-text"]]) {
      dialog.setAttribute(name, value);
    }
    dialog.append(message);
    // Esc and Leave; "close" comes late, when the text may be back, or even gone again to a next dialog
    dialog.addEventListener("close", () => message && sheet.contains(message) && aside());
    document.body.append(dialog);
    dialog.showModal();
    message.querySelector("h2")?.focus(); // not a button: Space, pressed to scroll, must not take the seat back
  }

  // The same message, as a part of the page where the text was.
  function aside() {
    const section = document.createElement("section");
    section.className = "moved-here";
    section.setAttribute("aria-labelledby", "moved-title");
    const leave = message.querySelector("[data-act=leave]");
    if (leave) leave.hidden = true;
    section.append(message);
    frame.prepend(section);
    dialog.remove();
    message.querySelector("h2")?.focus();
  }

  function show(fragment) {
    const failed = document.createElement("p");
    failed.className = "failed";
    failed.setAttribute("role", "alert");
    const form = fragment.querySelector("form");
    form?.before(failed);
    form?.addEventListener("submit", (event) => {
      event.preventDefault();
      take(form, failed);
    });
    fragment.querySelector("[data-act=leave]")?.addEventListener("click", () => dialog.close());
    if (message) {
      const leave = fragment.querySelector("[data-act=leave]");
      if (leave) leave.hidden = !dialog.open;
      message.replaceWith(fragment);
      fragment.querySelector("h2")?.focus();
    }
    message = fragment;
  }

  async function take(form, failed) {
    const button = form.querySelector("[data-act=take]");
    if (button.getAttribute("aria-disabled") === "true") return;
    const label = button.textContent;
    button.setAttribute("aria-disabled", "true");
    button.textContent = message.dataset.busy || label;
    failed.textContent = "";
    const mine = message;
    const limit = new AbortController();
    const timeout = setTimeout(() => limit.abort(), TIMEOUT);
    try {
      const answer = await fetch(form.action, {
        method: "POST",
        headers: { Accept: "application/json" },
        body: new URLSearchParams(new FormData(form)), // its operation id makes a second try harmless
        signal: limit.signal,
      });
      if (!answer.ok) throw new Error(answer.status);
      const news = await answer.json();
      if (message !== mine) return; // a beat brought the seat back meanwhile
      if (!news.held) return show(parsed(news.message)); // another device was quicker
      latest = null; // the answer to a press counts, whatever was heard before
      keep(news.epoch);
    } catch {
      failed.textContent = message?.dataset.failed ?? "";
    } finally {
      clearTimeout(timeout);
      button.removeAttribute("aria-disabled");
      button.textContent = label;
    }
  }

  function restore() {
    const gone = message;
    const shell = gone.parentElement;
    const within = shell.contains(document.activeElement);
    message = null; // before closing, which looks at it
    text.inert = false;
    delete text.dataset.paused;
    if (dialog.open) dialog.close();
    shell.remove();
    if (within && place) {
      place.tabIndex = -1;
      place.addEventListener("blur", () => place.removeAttribute("tabindex"), { once: true });
      place.focus({ preventScroll: true });
    }
    spoken.lang = gone.lang;
    spoken.textContent = gone.dataset.returned ?? "";
  }

  // [listening
  // ---- Listening ----------------------------------------------------------------------------------------------

  const on = (target, types, act) => {
    for (const type of types) target.addEventListener(type, act, { capture: true, passive: true, signal: listeners.signal });
  };
  on(document, ["visibilitychange"], () => (document.hidden ? sleep() : wake(true)));
  on(window, ["pagehide"], sleep);
  on(window, ["pageshow"], (event) => event.persisted && wake(true));
  on(window, ["focus", "blur"], (event) => event.target === window && document.hasFocus() !== focus && soon());
  on(window, ["online"], soon);
  on(window, ["scroll", "keydown", "pointerdown", "pointermove", "touchstart"], () => {
    const idle = performance.now() - active;
    active = performance.now();
    if (idle > BEAT) soon(); // reading on after a while: say so before somebody is told we are at rest
  });
  on(document, ["input"], (event) => event instanceof InputEvent && (typed = event.target)); // text, not ticks

  wake(false);
  if (!awake) for (const delay of [0, THROTTLE]) setTimeout(unseen, delay); // again: at once, it counts as the page before this
  // listening]
}

// [words
// Milliseconds before try number `failures`: doubling from 2 s to `most`, spread by half so that pages do not come together.
function backoff(failures, most) {
  return Math.min(most, 1_000 * 2 ** failures) * (0.5 + Math.random());
}

// Whether epoch `a` ("generation.counter") comes before `b`; unknown epochs are never older.
function older(a, b) {
  if (!a || !b) return false;
  const [ga, ca] = a.split(".").map(Number);
  const [gb, cb] = b.split(".").map(Number);
  return ga < gb || (ga === gb && ca < cb);
}

// The server's message, made by our own origin, as an element.
function parsed(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  return template.content.querySelector(".moved");
}
// words]

// The box the text and the message share, made now where a page came without it.
function framed(text) {
  if (text.parentElement.matches(".frame")) return text.parentElement;
  const frame = document.createElement("div");
  frame.className = "frame";
  text.replaceWith(frame);
  frame.append(text);
  return frame;
}

// A live region, in the page before there is anything to say.
function live(tag, className) {
  const region = document.createElement(tag);
  region.className = className;
  region.setAttribute("role", "status");
  document.body.append(region);
  return region;
}
