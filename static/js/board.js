/* The escalations board without reloads: acts open in a drawer, single keys act on the row that has the focus, and the page says
   how much of it is old. Every word comes from the page. Without this script every act is a page of its own. */
(() => {
  const PULSE_EVERY = 10000; // ms
  const [drawer, keys, news] = ["#act", "#keys", ".escs-news"].map((each) => document.querySelector(each));
  const body = document.getElementById("act-body");
  let [opener, asked, current] = [null, "", ""]; // what opened the drawer, its address, and the ticket of the row last stood on

  const board = () => document.getElementById("board");
  const lines = () => [...board().querySelectorAll(".escs-what a")];
  const lineOf = (ticket) => board().querySelector(`[data-ticket="${ticket}"] .escs-what a`);

  // --- The drawer -----------------------------------------------------------------------------------------------------
  const isDirty = () => [...body.querySelectorAll("textarea, input:not([type=hidden]), select")].some((field) =>
    field.matches("select") ? [...field.options].some((each) => each.selected !== each.defaultSelected) : field.value !== field.defaultValue);

  const open = () => {
    if (!drawer.open) drawer.showModal();
    (body.querySelector(".error-summary, .notice-warning") || body.querySelector("textarea, select, input:not([type=hidden])") || body.querySelector("h2"))?.focus();
  };

  document.addEventListener("htmx:beforeRequest", (event) => {
    const link = event.detail.elt;
    if (event.detail.target !== body) return;
    if (board().contains(link)) {
      opener = link;
      current = link.closest("[data-ticket]").dataset.ticket;
      link.closest("details")?.removeAttribute("open");
      // What was typed there and not sent is still there.
      if (asked === event.detail.pathInfo.requestPath && isDirty()) {
        event.preventDefault();
        open();
        return;
      }
      asked = event.detail.pathInfo.requestPath;
    }
  });
  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.detail.target === body && body.firstElementChild) open();
  });
  ["htmx:responseError", "htmx:sendError"].forEach((name) => document.addEventListener(name, () => say(news.dataset.failed)));
  document.addEventListener("acted", (event) => {
    drawer.close();
    body.replaceChildren();
    asked = "";
    say(event.detail.words);
    learn();
    (lineOf(event.detail.ticket) || lines()[0] || document.getElementById("main")).focus();
  });
  drawer.addEventListener("close", () => {
    if (opener?.isConnected) (lineOf(current) || opener).focus();
  });
  document.addEventListener("click", (event) => {
    const closer = event.target.closest("[data-close]");
    const dialog = closer?.closest("dialog") || (event.target.matches("dialog") ? event.target : null);
    if (!dialog) return;
    event.preventDefault();
    dialog.close();
  });

  // --- What is new ----------------------------------------------------------------------------------------------------
  let shown;
  let quiet;
  const learn = () => { shown = new Map([...board().querySelectorAll("[data-stamp]")].map((row) => [row.dataset.ticket, row.dataset.stamp])); };
  const say = (words) => {
    clearTimeout(quiet);
    news.replaceChildren(Object.assign(document.createElement("span"), { textContent: words }));
    quiet = setTimeout(() => news.replaceChildren(), 5000);
  };
  const announce = (changes) => {
    const link = news.querySelector("a");
    if (!changes) { link?.remove(); return; }
    const words = changes === 1 ? news.dataset.one : news.dataset.many.replace("{}", changes);
    if (link?.textContent === words) return;
    clearTimeout(quiet);
    news.replaceChildren(Object.assign(document.createElement("a"), { href: location.href.split("#")[0], textContent: words }));
  };
  const look = async () => {
    if (document.hidden || drawer.open) return;
    try {
      const answer = await fetch(board().dataset.pulse, { headers: { Accept: "application/json" } });
      if (!answer.ok) return;
      const { rows } = await answer.json();
      const gone = [...shown.keys()].filter((ticket) => !(ticket in rows)).length;
      announce(gone + Object.entries(rows).filter(([ticket, stamp]) => shown.get(ticket) !== stamp).length);
    } catch { /* offline for a moment: the next look tells */ }
  };
  learn();
  setInterval(look, PULSE_EVERY);
  document.addEventListener("visibilitychange", look);

  // --- Keys -----------------------------------------------------------------------------------------------------------
  const wanted = keys.querySelector("[data-keys-on]");
  try { wanted.checked = localStorage.getItem("board-keys") !== "off"; } catch { /* storage is refused: keys are on */ }
  wanted.addEventListener("change", () => {
    try { localStorage.setItem("board-keys", wanted.checked ? "on" : "off"); } catch { /* as above */ }
  });
  const showHelp = () => document.querySelectorAll("[data-keys]").forEach((button) => { button.hidden = false; });
  showHelp();
  document.addEventListener("htmx:afterSettle", showHelp);
  document.addEventListener("click", (event) => { if (event.target.closest("[data-keys]")) keys.showModal(); });
  document.addEventListener("focusin", (event) => {
    const row = event.target.closest?.("[data-ticket]");
    if (row) current = row.dataset.ticket;
  });

  const step = (by) => {
    const all = lines();
    const here = all.indexOf(lineOf(current));
    all[here < 0 ? 0 : Math.min(Math.max(here + by, 0), all.length - 1)]?.focus();
  };
  const act = (key) => {
    const row = lineOf(current)?.closest("[data-ticket]") || lines()[0]?.closest("[data-ticket]");
    row?.querySelector(`[data-act="${key}"]`)?.click();
  };
  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.keyCode === 229 || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (event.target.closest("input, textarea, select, dialog, [contenteditable]")) return;
    const key = { ArrowDown: "j", ArrowUp: "k", "？": "?" }[event.key] || event.key;
    if (!wanted.checked && event.key.length === 1) return;
    if (key === "?") { event.preventDefault(); keys.showModal(); return; }
    const isOnRow = event.target.closest("[data-ticket]");
    if (event.key.startsWith("Arrow") && !isOnRow) return;
    const move = { j: 1, k: -1 }[key];
    if (move) { event.preventDefault(); step(move); }
    else if (key === "/") { event.preventDefault(); document.querySelector(".escs-filters [type=search]").focus(); }
    else if ("aynprcx".includes(key) && key.length === 1) { event.preventDefault(); act(key); }
  });
})();
