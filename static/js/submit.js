// Forms: data-autosubmit sends a filter form when a choice changes, without its empty fields,
// but waits for the button of a panel of further filters, so that several can be set in it;
// data-once marks the pressed button busy, so that a second click does nothing.
(() => {
  document.addEventListener("change", (event) => {
    const form = event.target.closest("form[data-autosubmit]");
    if (event.target.closest(".filter-more-panel")) return;
    if (form && event.target.matches("select, input[type=checkbox], input[type=radio], input[type=date]")) {
      form.requestSubmit();
    }
  });

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented) return;
    if (form.matches("[data-autosubmit]")) {
      for (const field of form.elements) {
        if (field.name && !field.value) field.disabled = true;
      }
    }
    if (form.matches("[data-once]")) {
      if (form.dataset.sent) event.preventDefault();
      form.dataset.sent = "yes";
      event.submitter?.setAttribute("aria-busy", "true");
    }
  });

  // Back from the next page: the form is usable again.
  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-once], form[data-autosubmit]")) {
      delete form.dataset.sent;
      for (const field of form.elements) {
        field.removeAttribute("aria-busy");
        if (form.matches("[data-autosubmit]")) field.disabled = false;
      }
    }
  });
})();
