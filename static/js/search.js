// Suggestions under a search box, grouped by kind: a listbox steered by the keyboard. Without this
// script the form opens the page of results. "/" puts the cursor into the first box of the page.
// A form with data-search-first offers its first suggestion to Enter at once. What is chosen is
// told by the event "search:choose"; where nobody prevents it, the suggestion's page opens.
(() => {
  const WAIT = 150;
  const KEYS = { ArrowDown: 1, ArrowUp: -1, Home: "first", End: "last" };
  const forms = document.querySelectorAll("form[data-search]");

  // A text with what was found in it marked; `marks` are places as Python counts them: by letters.
  function marked(text, marks) {
    const letters = [...text];
    const part = document.createDocumentFragment();
    let at = 0;
    for (const [start, end] of marks) {
      const mark = document.createElement("mark");
      mark.textContent = letters.slice(start, end).join("");
      part.append(letters.slice(at, start).join(""), mark);
      at = end;
    }
    part.append(letters.slice(at).join(""));
    return part;
  }

  function element(name, css, ...content) {
    const made = document.createElement(name);
    made.className = css;
    made.append(...content);
    return made;
  }

  function why(reasons) {
    const line = element("span", "suggestion-why");
    reasons.forEach((reason, i) => {
      line.append(i ? " · " : "", reason.label);
      if (reason.value) line.append(": ", marked(reason.value, reason.marks));
    });
    return line;
  }

  function listen(form) {
    const box = form.querySelector("input[type=search]");
    const listId = `${box.id}-suggestions`;
    const first = "searchFirst" in form.dataset;
    let list = null;
    let items = [];
    let found = [];
    let timer = 0;
    let running = null;
    let chosen = -1;
    let steered = false; // by the arrows, so that Home and End no longer move the cursor

    function close() {
      list?.remove();
      list = null;
      items = [];
      found = [];
      chosen = -1;
      steered = false;
      box.setAttribute("aria-expanded", "false");
      box.removeAttribute("aria-controls");
      box.removeAttribute("aria-activedescendant");
    }

    // What was asked before is of no use any more, whenever its answer comes.
    function forget() {
      clearTimeout(timer);
      running?.abort();
      running = null;
    }

    function pick(index) {
      chosen = (index + items.length) % items.length;
      items.forEach((item, i) => item.setAttribute("aria-selected", String(i === chosen)));
      items[chosen].scrollIntoView({ block: "nearest" });
      box.setAttribute("aria-activedescendant", items[chosen].id);
    }

    function choose(result) {
      forget();
      close();
      const event = new CustomEvent("search:choose", { bubbles: true, cancelable: true, detail: result });
      if (form.dispatchEvent(event)) location.assign(result.url);
    }

    function option(result, index) {
      const name = element("span", "suggestion-name", marked(result.label, result.marks));
      const detail = element("span", "suggestion-detail", result.detail);
      const item = element("li", "suggestion", name, detail, why(result.reasons));
      item.id = `${listId}-${index}`;
      item.role = "option";
      item.setAttribute("aria-selected", "false");
      item.addEventListener("mousedown", (event) => {
        if (event.button) return;
        event.preventDefault();
        choose(result);
      });
      return item;
    }

    function group(kind, label) {
      const name = element("li", "suggestion-kind", label);
      name.id = `${listId}-${kind}`;
      name.role = "presentation";
      const made = element("ul", "suggestion-group", name);
      made.role = "group";
      made.setAttribute("aria-labelledby", name.id);
      return made;
    }

    function show(results) {
      close();
      if (!results.length) return;
      found = results;
      items = results.map(option);
      list = element("div", "suggestions");
      list.id = listId;
      list.role = "listbox";
      list.setAttribute("aria-label", form.querySelector("label").textContent);
      let last = null;
      results.forEach((result, i) => {
        if (last?.kind !== result.kind) {
          last = { kind: result.kind, list: group(result.kind, result.group) };
          list.append(last.list);
        }
        last.list.append(items[i]);
      });
      // A click beside the words, or on a heading, leaves the cursor in the box.
      list.addEventListener("mousedown", (event) => event.preventDefault());
      form.append(list);
      box.setAttribute("aria-expanded", "true");
      box.setAttribute("aria-controls", listId);
      if (first) pick(0);
    }

    async function ask() {
      forget();
      if (box.value.trim().length < 2) return close();
      const mine = (running = new AbortController());
      const asked = new URLSearchParams(new FormData(form));
      try {
        const answer = await fetch(`${form.dataset.search}?${asked}`, {
          signal: mine.signal,
          headers: { Accept: "application/json" },
        });
        const results = answer.ok ? (await answer.json()).results : [];
        if (mine !== running) return;
        if (box === document.activeElement) show(results);
        else close();
      } catch (error) {
        if (mine === running) close();
        if (!["AbortError", "TypeError", "SyntaxError"].includes(error.name)) throw error;
      }
    }

    box.setAttribute("role", "combobox");
    box.setAttribute("aria-autocomplete", "list");
    box.setAttribute("aria-expanded", "false");

    box.addEventListener("input", () => {
      forget();
      // The first suggestion of older words must not be taken for these.
      if (first) close();
      timer = setTimeout(ask, WAIT);
    });
    box.addEventListener("blur", () => {
      forget();
      close();
    });
    box.addEventListener("keydown", (event) => {
      if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
      const step = KEYS[event.key];
      if (event.key === "Escape" && list) {
        // It closes the list first; without one it empties the box, as browsers do.
        event.preventDefault();
        event.stopPropagation();
        forget();
        close();
      } else if (event.key === "Enter" && list && chosen >= 0) {
        event.preventDefault();
        choose(found[chosen]);
      } else if (event.key === "ArrowDown" && !list) {
        ask();
      } else if (step && list && !event.shiftKey) {
        if (typeof step === "string" && !steered) return;
        event.preventDefault();
        steered = true;
        if (step === "first") pick(0);
        else if (step === "last") pick(items.length - 1);
        else pick(chosen < 0 && step < 0 ? items.length - 1 : chosen + step);
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
