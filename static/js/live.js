/* The ticket's page keeps itself true: told by the stream that something changed, it asks for the parts and swaps them.

   <div id="ticket" data-live="…/live/" data-parts="…/parts/" data-newest="…#newest" data-last="EVENT" [data-older]
        data-one="1 new message" data-many="{} new messages">
     <… id="part-head" data-part [data-version]>   swapped in place, unless it is in use: then when it is left
     <ol id="letters">                             new letters are added at its end, nothing in it is touched
     <button class="news" id="news" hidden>        says that there are letters below, and leads there
     <p role="status" id="live-words">             says the same to a screen reader

   In use: it has the focus, something typed or chosen, or a button or link under the pointer. A part with data-version
   is swapped only when the version changes. What the reader looks at stays where it is on the screen.
   "ticket-changed" is fired on <body> after each change, "ticket-people" as others begin and cease to write (writing.js). Without a stream the page asks every ten seconds. */
(() => {
  const root = document.getElementById("ticket");
  if (!root || !window.EventSource || !window.fetch) return;
  const POLL = 10000, RETRY_STREAM = 60000, AFTER_DUE = 2500, LONGEST_WAIT = 24 * 3600 * 1000;
  const letters = document.getElementById("letters");
  const news = document.getElementById("news");
  const words = document.getElementById("live-words");
  const waiting = new Map();
  const unread = new Set();
  let source, poll, retry, look, isAsking = false, isStale = false, isOver = false, failures = 0, pointer = null;

  // --- Being told -------------------------------------------------------------------------------------------------
  function listen() {
    if (isOver || document.hidden || source) return;
    source = new EventSource(`${root.dataset.live}?after=${root.dataset.last}`);
    source.addEventListener("changed", refresh);
    source.addEventListener("people", (event) => tellPeople(JSON.parse(event.data)));
    source.addEventListener("open", () => { failures = 0; stopPolling(); });
    source.addEventListener("error", () => {
      tellPeople({}); // nobody knows any more
      failures += 1;
      if (source?.readyState === EventSource.CLOSED) {
        hangUp();
        retry = setTimeout(listen, RETRY_STREAM);
      }
      if (!source || failures > 2) startPolling();
    });
  }

  function tellPeople(detail) { document.body.dispatchEvent(new CustomEvent("ticket-people", { detail })); }

  function hangUp() {
    source?.close();
    source = undefined;
    clearTimeout(retry);
  }

  function startPolling() { poll ||= setInterval(refresh, POLL); }
  function stopPolling() { clearInterval(poll); poll = undefined; }

  function sleep() { hangUp(); stopPolling(); clearTimeout(look); }
  function wakeUp() { if (!isOver && !document.hidden) { refresh(); listen(); } }

  // --- Asking -----------------------------------------------------------------------------------------------------
  async function refresh() {
    if (isOver) return;
    if (isAsking) { isStale = true; return; }
    isAsking = true;
    try {
      do {
        isStale = false;
        await ask();
      } while (isStale && !isOver);
    } catch { /* the network is away: the stream or the next round comes back to it */ } finally {
      isAsking = false;
    }
  }

  async function ask() {
    const answer = await fetch(`${root.dataset.parts}?after=${root.dataset.last}`, { redirect: "manual", headers: { "X-Requested-With": "fetch" } });
    if (answer.type === "opaqueredirect" || answer.status === 404 || answer.status === 403) {
      isOver = true; // signed out, or no longer theirs: what is on the screen stays
      sleep();
      return;
    }
    if (!answer.ok) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("ticket");
    if (fresh) apply(fresh);
  }

  function apply(fresh) {
    if ("more" in fresh.dataset) isStale = true;
    root.dataset.last = fresh.dataset.last;
    fresh.querySelectorAll("[data-part]").forEach((part) => waiting.set(part.id, document.adoptNode(part)));
    inPlace(() => {
      swap();
      if (!("older" in root.dataset)) add([...fresh.querySelectorAll("#letters > li")]);
    });
    planLook();
    document.body.dispatchEvent(new CustomEvent("ticket-changed", { bubbles: true }));
  }

  // --- Showing ----------------------------------------------------------------------------------------------------
  function swap() {
    waiting.forEach((part, id) => {
      const old = document.getElementById(id);
      if (!old || (part.dataset.version && part.dataset.version === old.dataset.version)) { waiting.delete(id); return; }
      if (isInUse(old)) return;
      waiting.delete(id);
      if (part.innerHTML === old.innerHTML && part.className === old.className) return;
      old.querySelectorAll("details[open]").forEach((each) => {
        const same = [...part.querySelectorAll("details")].find((other) => summary(other) === summary(each));
        if (same) same.open = true;
      });
      if (id === "part-turn" && part.textContent.trim() !== old.textContent.trim()) say(part.textContent);
      old.replaceWith(part);
    });
  }

  const summary = (details) => details.querySelector("summary")?.textContent;

  function isInUse(part) {
    if (part.querySelector("[data-in-use]")) return true; // files are on their way
    if (part.contains(document.activeElement) || part.querySelector(":is(a, button, summary, label, input, textarea):hover")) return true;
    return [...part.querySelectorAll("input, textarea")].some((field) => {
      if (field.type === "hidden") return false;
      if (field.type === "radio" || field.type === "checkbox") return field.checked !== field.defaultChecked;
      return field.value !== field.defaultValue;
    });
  }

  function add(items) {
    const added = items.filter((item) => !item.id || !document.getElementById(item.id));
    letters.append(...added);
    const fromOthers = added.filter((item) => "letter" in item.dataset);
    fromOthers.forEach((item) => { unread.add(item); seen.observe(item); });
    if (fromOthers.length) say(count(fromOthers.length));
    showNews();
  }

  const seen = new IntersectionObserver((entries) => {
    entries.filter((entry) => entry.isIntersecting).forEach((entry) => { unread.delete(entry.target); seen.unobserve(entry.target); });
    showNews();
  }, { threshold: 0.1 });

  const count = (number) => (number === 1 ? root.dataset.one : root.dataset.many.replace("{}", number));

  function showNews() {
    news.hidden = unread.size === 0;
    if (unread.size) news.textContent = count(unread.size);
  }

  function say(text) { words.textContent = text.trim().replace(/\s+/g, " "); }

  news.addEventListener("click", () => {
    const [first] = unread;
    const letter = first?.querySelector("article");
    if (!letter) return;
    letter.scrollIntoView({ block: "start", behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
    letter.focus({ preventScroll: true });
  });

  // What the reader looks at (the field they type in, else what is under the pointer, else the first letter in view)
  // is at the same height before and after.
  function inPlace(change) {
    const anchor = lookedAt();
    const before = anchor?.getBoundingClientRect().top;
    change();
    if (anchor?.isConnected) {
      const moved = anchor.getBoundingClientRect().top - before;
      if (Math.abs(moved) >= 1) scrollBy({ top: moved, behavior: "instant" });
    }
  }

  function lookedAt() {
    const isInView = (element) => { const box = element.getBoundingClientRect(); return box.bottom > 0 && box.top < innerHeight; };
    const focused = document.activeElement;
    if (focused && focused !== document.body && root.contains(focused) && isInView(focused)) return focused;
    const under = pointer && document.elementFromPoint(pointer.x, pointer.y)?.closest("#letters > li, #part-composer");
    return under || [...letters.children].find(isInView);
  }

  function planLook() {
    clearTimeout(look);
    const { lookAt, now } = document.getElementById("part-clocks")?.dataset || {};
    const wait = Date.parse(lookAt) - Date.parse(now) + AFTER_DUE;
    if (wait > 0 && wait < LONGEST_WAIT) look = setTimeout(refresh, wait);
  }

  let settling;
  const settle = () => { if (waiting.size) { clearTimeout(settling); settling = setTimeout(() => inPlace(swap), 300); } };

  document.addEventListener("pointermove", (event) => { pointer = { x: event.clientX, y: event.clientY }; }, { passive: true });
  document.addEventListener("pointerleave", () => { pointer = null; });
  root.addEventListener("pointerout", settle);
  root.addEventListener("focusout", settle);
  document.addEventListener("clock:due", () => setTimeout(refresh, AFTER_DUE));
  document.addEventListener("visibilitychange", () => (document.hidden ? sleep() : wakeUp()));
  addEventListener("pagehide", sleep);
  addEventListener("pageshow", (event) => { if (event.persisted) wakeUp(); });
  root.classList.add("is-live");
  planLook();
  listen();
})();
