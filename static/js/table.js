// On a phone a table's rows become cards, and each figure needs its column's name beside it.
// The names are taken from the head here, so that the page need not carry them in every cell.
(() => {
  function label(root) {
    for (const table of root.querySelectorAll("table.table-cards")) {
      const names = [...(table.tHead?.rows[0]?.cells ?? [])].map((cell) => cell.textContent.trim());
      for (const row of table.tBodies[0]?.rows ?? []) {
        [...row.cells].forEach((cell, i) => {
          if (cell.tagName === "TD" && names[i] && !cell.dataset.label) cell.dataset.label = names[i];
        });
      }
    }
  }

  const phone = matchMedia("(max-width: 639.98px)");
  const run = () => phone.matches && label(document);
  run();
  phone.addEventListener("change", run);
  document.addEventListener("htmx:load", (event) => phone.matches && label(event.target.parentElement ?? document));
})();

// The box above a list ticks all rows of the page.
(() => {
  const label = document.querySelector("[data-pick-rows]");
  if (!label) return;
  const all = label.querySelector("input");
  const form = label.closest("form");
  const name = label.dataset.pickRows || "customer";
  const rows = () => [...form.querySelectorAll(`input[name=${name}]`)];
  label.hidden = false;
  form.addEventListener("change", (event) => {
    if (event.target === all) rows().forEach((box) => (box.checked = all.checked));
    const chosen = rows().filter((box) => box.checked).length;
    all.checked = chosen === rows().length;
    all.indeterminate = chosen > 0 && !all.checked;
  });
})();
