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
