// Suggestions under a search box: a listbox steered by the keyboard. Without this script the
// form opens the page of results. "/" puts the cursor into the first box of the page.
// A form with data-search-first offers its first suggestion to Enter at once. What is chosen is
// told by the event "search:choose"; where nobody prevents it, the suggestion's page opens.
(() => {
  const WAIT = 150;
  const forms = document.querySelectorAll("form[data-search]");

  function listen(form) {
    const box = form.querySelector("input[type=search]");
    const listId = `${box.id}-suggestions`;
    const first = "searchFirst" in form.dataset;
    let list = null;
    let found = [];
    let timer = 0;
    let running = null;
    let chosen = -1;

    function close() {
      list?.remove();
      list = null;
      found = [];
      chosen = -1;
      box.setAttribute("aria-expanded", "false");
      box.removeAttribute("aria-activedescendant");
    }

    function mark(index) {
      const items = list ? [...list.children] : [];
      if (!items.length) return;
      chosen = (index + items.length) % items.length;
      items.forEach((item, i) => item.setAttribute("aria-selected", String(i === chosen)));
      items[chosen].scrollIntoView({ block: "nearest" });
      box.setAttribute("aria-activedescendant", items[chosen].id);
    }

    function choose(result) {
      close();
      const event = new CustomEvent("search:choose", { bubbles: true, cancelable: true, detail: result });
      if (form.dispatchEvent(event)) location.assign(result.url);
    }

    function entry(result, index) {
      const item = document.createElement("li");
      item.className = "suggestion";
      item.id = `${listId}-${index}`;
      item.role = "option";
      item.setAttribute("aria-selected", "false");
      const label = document.createElement("span");
      label.textContent = result.label;
      const detail = document.createElement("span");
      detail.className = "suggestion-detail";
      detail.textContent = result.detail || "";
      item.append(label, detail);
      item.addEventListener("mousedown", (event) => {
        event.preventDefault();
        choose(result);
      });
      return item;
    }

    function show(results) {
      close();
      if (!results.length) return;
      found = results;
      list = document.createElement("ul");
      list.className = "suggestions";
      list.id = listId;
      list.role = "listbox";
      list.setAttribute("aria-label", form.querySelector("label").textContent);
      list.append(...results.map(entry));
      form.append(list);
      box.setAttribute("aria-expanded", "true");
      if (first) mark(0);
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
    box.setAttribute("aria-controls", listId);

    box.addEventListener("input", () => {
      clearTimeout(timer);
      // The first suggestion of older words must not be taken for these, nor come late for them.
      running?.abort();
      if (first) close();
      timer = setTimeout(ask, WAIT);
    });
    box.addEventListener("blur", close);
    box.addEventListener("keydown", (event) => {
      if (event.isComposing) return;
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        if (!list) return;
        event.preventDefault();
        mark(event.key === "ArrowDown" ? chosen + 1 : Math.max(chosen, 0) - 1);
      } else if (event.key === "Escape" && list) {
        event.stopPropagation();
        close();
      } else if (event.key === "Enter" && chosen >= 0 && list) {
        event.preventDefault();
        choose(found[chosen]);
      }
    });
  }

  forms.forEach(listen);

  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || !forms.length) return;
    if (event.target.closest("input, textarea, select, [contenteditable]")) return;
    event.preventDefault();
    const box = forms[0].querySelector("input[type=search]");
    box.focus();
    box.select();
  });
})();
