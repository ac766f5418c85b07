// Menus are <details data-menu>: they open without this. Here they close again: on a click
// elsewhere, on Escape (focus goes back to the button), and when the focus leaves them.
(() => {
  const open = () => document.querySelectorAll("details[data-menu][open], details.explain[open]");

  document.addEventListener("click", (event) => {
    for (const menu of open()) {
      if (!menu.contains(event.target)) menu.open = false;
    }
  });

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of open()) {
      const inside = menu.contains(document.activeElement);
      menu.open = false;
      if (inside) menu.querySelector("summary").focus();
    }
  });

  document.addEventListener("focusout", (event) => {
    const menu = event.target.closest("details[data-menu][open]");
    if (menu && event.relatedTarget && !menu.contains(event.relatedTarget)) menu.open = false;
  });
})();

// A row of tabs that slides on a narrow window starts with the open one in sight.
(() => {
  for (const tab of document.querySelectorAll(".tabs > [aria-current]")) {
    const row = tab.parentElement;
    const end = tab.offsetLeft - row.offsetLeft + tab.offsetWidth;
    if (end > row.clientWidth) row.scrollLeft = end - row.clientWidth / 2;
  }
})();
