/* The filing page, made quicker. Everything here also works without: the server fills in and checks.

   <form data-filing> <select id="id_app"> with options carrying data-product, data-sdk_version, data-platform */
(() => {
  const form = document.querySelector("form[data-filing]");
  if (!form) return;
  const byId = (id) => document.getElementById(id);

  (byId("problems") ?? byId("asked"))?.focus();

  // A link of the error summary puts the cursor into the field, not only into view.
  byId("problems")?.addEventListener("click", (event) => {
    const target = event.target.closest("a") && byId(event.target.closest("a").hash.slice(1));
    if (!target) return;
    event.preventDefault();
    target.closest("details")?.setAttribute("open", "");
    target.scrollIntoView({ block: "center" });
    target.focus();
  });

  // The app's facts go where the person has not typed something else.
  const app = byId("id_app");
  let known = app?.selectedOptions[0]?.dataset ?? {};
  app?.addEventListener("change", () => {
    const facts = app.selectedOptions[0].dataset;
    for (const name of ["product", "sdk_version", "platform"]) {
      const control = byId(`id_${name}`);
      if (control && facts[name] !== undefined && [known[name] ?? "", ""].includes(control.value)) control.value = facts[name];
    }
    known = facts;
  });

  // What was promised is said aloud when the severity changes, not each minute when the times move on.
  form.addEventListener("change", (event) => {
    if (event.target.name !== "severity") return;
    const said = form.querySelector(`[data-promise="${event.target.value}"]`);
    byId("promise-said").textContent = said ? said.textContent.replace(/\s+/g, " ").trim() : "";
  });

  // One click is enough; the server makes one ticket of ten clicks anyway.
  const send = byId("send");
  const words = send.textContent;
  let isSending = false;
  form.addEventListener("submit", (event) => {
    if (isSending) { event.preventDefault(); return; }
    isSending = true;
    if (!event.submitter?.name) send.textContent = send.dataset.sending;
  });
  addEventListener("pageshow", () => { isSending = false; send.textContent = words; });
})();
