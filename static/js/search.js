// Suggestions under the search box: a listbox steered by the keyboard. Without this script the
// form opens the page of results. "/" puts the cursor into the box.
(() => {
  const WAIT = 150;
  const form = document.querySelector("form[data-search]");
  if (!form) return;
  const box = form.querySelector("input[type=search]");
  let list = null;
  let timer = 0;
  let running = null;
  let chosen = -1;

  function close() {
    list?.remove();
    list = null;
    chosen = -1;
    box.setAttribute("aria-expanded", "false");
    box.removeAttribute("aria-activedescendant");
  }

  function choose(index) {
    const items = list ? [...list.children] : [];
    if (!items.length) return;
    chosen = (index + items.length) % items.length;
    items.forEach((item, i) => item.setAttribute("aria-selected", String(i === chosen)));
    items[chosen].scrollIntoView({ block: "nearest" });
    box.setAttribute("aria-activedescendant", items[chosen].id);
  }

  function entry(result, index) {
    const item = document.createElement("li");
    item.className = "suggestion";
    item.id = `suggestion-${index}`;
    item.role = "option";
    item.setAttribute("aria-selected", "false");
    item.dataset.url = result.url;
    const label = document.createElement("span");
    label.textContent = result.label;
    const detail = document.createElement("span");
    detail.className = "suggestion-detail";
    detail.textContent = result.detail || "";
    item.append(label, detail);
    item.addEventListener("mousedown", (event) => {
      event.preventDefault();
      location.assign(result.url);
    });
    return item;
  }

  function show(results) {
    close();
    if (!results.length) return;
    list = document.createElement("ul");
    list.className = "suggestions";
    list.id = "suggestions";
    list.role = "listbox";
    list.setAttribute("aria-label", form.querySelector("label").textContent);
    list.append(...results.map(entry));
    form.append(list);
    box.setAttribute("aria-expanded", "true");
  }

  async function ask() {
    const words = box.value.trim();
    running?.abort();
    if (words.length < 2) return close();
    running = new AbortController();
    try {
      const answer = await fetch(`${form.dataset.search}?q=${encodeURIComponent(words)}`, {
        signal: running.signal,
        headers: { Accept: "application/json" },
      });
      if (!answer.ok || box !== document.activeElement) return close();
      show((await answer.json()).results);
    } catch (error) {
      if (error.name !== "AbortError") close();
    }
  }

  box.setAttribute("role", "combobox");
  box.setAttribute("aria-autocomplete", "list");
  box.setAttribute("aria-expanded", "false");
  box.setAttribute("aria-controls", "suggestions");

  box.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, WAIT);
  });
  box.addEventListener("blur", close);
  box.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      if (!list) return;
      event.preventDefault();
      choose(event.key === "ArrowDown" ? chosen + 1 : Math.max(chosen, 0) - 1);
    } else if (event.key === "Escape" && list) {
      event.stopPropagation();
      close();
    } else if (event.key === "Enter" && chosen >= 0 && list) {
      event.preventDefault();
      location.assign(list.children[chosen].dataset.url);
    }
  });

  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input, textarea, select, [contenteditable]")) return;
    event.preventDefault();
    box.focus();
    box.select();
  });
})();
