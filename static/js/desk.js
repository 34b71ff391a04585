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

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    const form = event.target.closest?.("form[data-send-by-key]");
    if (!form) return;
    event.preventDefault();
    form.requestSubmit(form.querySelector("button[data-default]") || undefined);
  });
})();
