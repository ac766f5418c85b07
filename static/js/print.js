// Buttons with data-print print the page; without this script the browser's own menu does.
document.addEventListener('click', (event) => {
  if (event.target.closest('[data-print]')) window.print();
});
