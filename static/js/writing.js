/* Who else is here: tells that the person types, and says who of the others does.

   <p class="writing" role="status" id="writing" data-beat="…/writing/" data-one="{} is writing…" data-many="{} are writing…"
      data-looking="{} looks at this ticket too" data-between=", ">
   <form data-composer> with a text area, the CSRF token, and at the desk the radio buttons "kind"

   The page's own script hands on the stream's event as "ticket-people" on <body>: { writing: [names], looking: [names] }.
   The line has its height whether or not it says something, so nothing moves. */
(() => {
  const BEAT = 4000; // ms between two beats; the server shows one for 10 s
  const line = document.getElementById("writing");
  if (!line || !window.fetch) return;
  let last = 0, lastKind;

  document.addEventListener("input", (event) => {
    const form = event.target.closest?.("form[data-composer]");
    if (!form || event.target.tagName !== "TEXTAREA" || !event.target.value.trim()) return;
    const kind = form.querySelector("[name=kind]:checked")?.value || "public";
    const now = Date.now();
    if (now - last < BEAT && kind === lastKind) return;
    [last, lastKind] = [now, kind];
    const token = form.querySelector("[name=csrfmiddlewaretoken]").value;
    fetch(line.dataset.beat, { method: "POST", headers: { "X-CSRFToken": token }, body: new URLSearchParams({ kind }) }).catch(() => {});
  });

  const words = (names, one, many = one) => (names.length ? (names.length === 1 ? one : many).replace("{}", names.join(line.dataset.between)) : "");

  document.body.addEventListener("ticket-people", ({ detail: { writing = [], looking = [] } }) => {
    const { one, many, looking: look } = line.dataset;
    const said = [words(writing, one, many), words(looking, look || "")].filter(Boolean).join(" · ");
    if (line.textContent !== said) line.textContent = said;
  });
})();
