/* The desk without reloads: the queue says how much of it is old, arrows walk it, Ctrl/Cmd+Enter sends.
   Every word comes from the page; nothing on it moves by itself. */
(() => {
  const PULSE_EVERY = 10000; // ms

  const queue = document.querySelector("[data-queue]");
  if (queue) {
    const shown = new Map([...queue.querySelectorAll("[data-stamp]")].map((row) => [row.dataset.ticket, row.dataset.stamp]));
    const news = queue.querySelector(".queue-news");
    const announce = (changes) => {
      if (!changes) return;
      const link = news.querySelector("a") || news.appendChild(Object.assign(document.createElement("a"), { href: location.href }));
      const words = changes === 1 ? queue.dataset.one : queue.dataset.many.replace("{}", changes);
      if (link.textContent !== words) link.textContent = words;
    };
    const look = async () => {
      if (document.hidden) return;
      try {
        const answer = await fetch(queue.dataset.pulse, { headers: { Accept: "application/json" } });
        if (!answer.ok) return;
        const { rows } = await answer.json();
        const gone = [...shown.keys()].filter((ticket) => !(ticket in rows)).length;
        announce(gone + Object.entries(rows).filter(([ticket, stamp]) => shown.get(ticket) !== stamp).length);
      } catch { /* offline for a moment: the next look tells */ }
    };
    setInterval(look, PULSE_EVERY);
    document.addEventListener("visibilitychange", look);

    // Only while a line has the focus: the keys mean what they always mean everywhere else.
    queue.addEventListener("keydown", (event) => {
      const step = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1 }[event.key];
      if (!step || event.ctrlKey || event.metaKey || event.altKey || !event.target.matches(".queue-subject a")) return;
      const lines = [...queue.querySelectorAll(".queue-subject a")];
      const next = lines[lines.indexOf(event.target) + step];
      if (!next) return;
      event.preventDefault();
      next.focus();
    });
  }

  const ticket = document.querySelector("[data-desk-ticket]");
  if (ticket) {
    const news = ticket.querySelector(".desk-news");
    const here = location.pathname;
    let latest = Number(ticket.dataset.latest);
    const ask = async () => {
      if (document.hidden) return;
      try {
        const answer = await fetch(`${ticket.dataset.news}?after=${ticket.dataset.latest}`, { headers: { Accept: "application/json" } });
        if (!answer.ok) return;
        const told = await answer.json();
        if (told.latest <= latest) return;
        latest = told.latest;
        const link = news.querySelector("a") || news.appendChild(document.createElement("a"));
        link.href = `${here}?shown=${latest}#newest`;
        link.textContent = told.words;
      } catch { /* offline for a moment: the next look tells */ }
    };
    const poll = () => setInterval(ask, PULSE_EVERY);
    if (ticket.dataset.live && window.EventSource) {
      const stream = new EventSource(`${ticket.dataset.live}?after=${latest}`);
      stream.addEventListener("changed", ask);
      const tellPeople = (detail) => document.body.dispatchEvent(new CustomEvent("ticket-people", { detail }));
      stream.addEventListener("people", (event) => tellPeople(JSON.parse(event.data)));
      stream.addEventListener("error", () => tellPeople({}));
      stream.addEventListener("error", () => { if (stream.readyState === EventSource.CLOSED) poll(); });
      addEventListener("pagehide", () => stream.close());
    } else {
      poll();
    }
    document.addEventListener("visibilitychange", ask);
  }

  // What is being written outlives a reload in this tab. It goes once the page says that it was sent under its key.
  const draft = document.querySelector("form[data-draft]");
  if (draft && ticket) {
    const name = `desk-draft-${ticket.dataset.deskTicket}`;
    const [text, key] = [draft.elements.body, draft.elements.submission_key];
    const asked = draft.elements.questions;
    const kinds = [...draft.elements].filter((each) => each.name === "kind");
    try {
      const kept = JSON.parse(sessionStorage.getItem(name) || "null");
      if (kept && kept.key === ticket.dataset.sent) sessionStorage.removeItem(name);
      else if (kept && !text.value && !asked?.value) {
        text.value = kept.text;
        if (asked && kept.asked) asked.value = kept.asked;
        key.value = kept.key;
        kinds.forEach((each) => { each.checked = each.value === kept.kind; });
      }
      draft.addEventListener("input", () => {
        const kind = kinds.find((each) => each.checked)?.value;
        sessionStorage.setItem(name, JSON.stringify({ text: text.value, asked: asked?.value, key: key.value, kind }));
      });
    } catch { /* storage is refused: nothing is kept */ }
  }

  document.querySelector(".error-summary, .notice-warning[role=alert]")?.focus();

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    const form = event.target.closest?.("form[data-send-by-key]");
    if (!form) return;
    event.preventDefault();
    const shown = [...form.querySelectorAll("button[data-default]")].find((button) => button.offsetParent !== null);
    if (shown) form.requestSubmit(shown);
  });
})();
