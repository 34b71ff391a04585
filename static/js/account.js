/* The page that makes an account: the browser's time zone is chosen beforehand, and the password can be shown.
   Words come from the form's data-show and data-hide. */
(() => {
  const select = document.querySelector("select[data-time-zone]");
  const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (select && [...select.options].some((option) => option.value === here)) select.value = here;
  const field = document.querySelector("input[data-show-password]");
  if (!field) return;
  const { show, hide } = field.form.dataset;
  const button = Object.assign(document.createElement("button"), { type: "button", className: "btn btn-plain btn-sm password-show", textContent: show });
  button.setAttribute("aria-controls", field.id);
  button.addEventListener("click", () => {
    const isHidden = field.type === "password";
    field.type = isHidden ? "text" : "password";
    button.textContent = isHidden ? hide : show;
  });
  field.form.addEventListener("submit", () => { field.type = "password"; });
  field.after(button);
})();
