// What is marked data-dismissible gets a button that takes it away.
(() => {
  function addButton(note) {
    if (note.querySelector("[data-dismiss]")) return;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn-quiet";
    button.dataset.dismiss = "";
    button.textContent = "✕";
    button.setAttribute("aria-label", note.parentElement?.dataset.closeWords || "✕");
    button.addEventListener("click", () => note.remove());
    note.append(button);
  }

  const addAll = (root) => root.querySelectorAll("[data-dismissible]").forEach(addButton);
  addAll(document);
  document.addEventListener("htmx:load", (event) => addAll(event.target));
})();
