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
