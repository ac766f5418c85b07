// A form with data-confirm asks its question in a <dialog> before it is sent.
// data-confirm-yes and data-confirm-no are the words of the two buttons.
(() => {
  function ask(form, submitter) {
    const dialog = document.createElement("dialog");
    dialog.className = "dialog";
    const words = document.createElement("p");
    words.className = "dialog-words";
    words.id = "dialog-words";
    words.textContent = form.dataset.confirm;
    dialog.setAttribute("aria-labelledby", words.id);

    const yes = document.createElement("button");
    yes.className = submitter?.matches(".btn-danger, .is-danger") ? "btn btn-danger" : "btn btn-primary";
    yes.textContent = form.dataset.confirmYes || submitter?.textContent.trim() || "OK";
    const no = document.createElement("button");
    no.className = "btn";
    no.textContent = form.dataset.confirmNo || "×";
    no.autofocus = true;

    const actions = document.createElement("div");
    actions.className = "dialog-actions";
    actions.append(no, yes);
    dialog.append(words, actions);
    document.body.append(dialog);

    no.addEventListener("click", () => dialog.close());
    yes.addEventListener("click", () => {
      form.dataset.confirmed = "yes";
      dialog.close();
      form.requestSubmit(submitter);
    });
    dialog.addEventListener("close", () => {
      dialog.remove();
      submitter?.focus();
    });
    dialog.showModal();
  }

  document.addEventListener(
    "submit",
    (event) => {
      const form = event.target;
      if (!form.dataset.confirm) return;
      if (form.dataset.confirmed) {
        delete form.dataset.confirmed;
        return;
      }
      event.preventDefault();
      event.stopImmediatePropagation();
      ask(form, event.submitter);
    },
    true,
  );
})();

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
