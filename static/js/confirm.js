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
