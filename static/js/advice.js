/* The coach keeps up with what is typed: a pause after the last key, it asks the server and shows what comes back.

   <form data-filing> … <aside id="coach" data-advice="/tickets/new/advice/">  swapped, its open example stays open
                        <p role="status" id="coach-said">  told the figure when it changed, politely
   Without it the panel shows what a good description says, and the server judges again whenever the page comes back. */
(() => {
  const coach = document.getElementById("coach");
  const form = coach?.closest("form");
  if (!form || !window.fetch || !window.AbortController) return;
  const PAUSE = 600, PAUSE_ALOUD = 1500, LONGEST = 10000;
  const said = document.getElementById("coach-said");
  let timer, aloud, asking, sent = "";

  function typed() {
    const told = new URLSearchParams();
    for (const [name, value] of new FormData(form)) {
      if (typeof value === "string" && !["csrfmiddlewaretoken", "submission_key"].includes(name)) told.append(name, value.slice(0, LONGEST));
    }
    const files = form.querySelector('input[type="file"]')?.files.length ?? 0;
    told.append("file_count", files + form.querySelectorAll(".file:not(.file-refused)").length);
    return told;
  }

  async function ask() {
    const told = typed();
    if (told.toString() === sent) return;
    asking?.abort();
    asking = new AbortController();
    try {
      const answer = await fetch(coach.dataset.advice, {
        method: "POST", body: told, redirect: "error", signal: asking.signal,
        headers: { "X-CSRFToken": form.elements.csrfmiddlewaretoken.value },
      });
      if (!answer.ok) return;
      show(await answer.text());
      sent = told.toString();
    } catch { /* offline, signed out or asked again meanwhile: what stands there stays true enough */ }
  }

  function show(markup) {
    const now = coach.querySelector(".coach-in");
    const next = new DOMParser().parseFromString(markup, "text/html").querySelector(".coach-in");
    if (!next || next.isEqualNode(now)) return;
    const isOpen = now.querySelector("details").open, had = now.dataset.said, isUsed = now.contains(document.activeElement);
    next.querySelector("details").open = isOpen;
    now.replaceWith(next);
    if (isUsed) next.querySelector("summary").focus();
    if (next.dataset.said === had) return;
    clearTimeout(aloud);
    aloud = setTimeout(() => { said.textContent = next.dataset.said; }, PAUSE_ALOUD);
  }

  function soon() {
    clearTimeout(timer);
    timer = setTimeout(ask, PAUSE);
  }

  form.addEventListener("input", soon);
  form.addEventListener("change", soon);
  addEventListener("pageshow", (event) => { if (event.persisted) soon(); });
})();
