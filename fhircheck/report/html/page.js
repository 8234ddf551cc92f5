(function () {
  "use strict";
  var root = document.documentElement;
  var key = "fhircheck " + location.pathname;
  var remembered = {};
  try { remembered = JSON.parse(localStorage.getItem(key)) || {}; } catch (error) { remembered = {}; }

  function german() { return document.getElementById("language-de").checked; }
  function chosen(name) {
    var input = document.querySelector('input[name="' + name + '"]:checked');
    return input ? input.value : "";
  }
  function apply() {
    root.lang = chosen("language");
    root.dataset.view = chosen("view");
    if (chosen("theme") === "auto") { delete root.dataset.theme; } else { root.dataset.theme = chosen("theme"); }
  }
  ["language", "theme", "view"].forEach(function (name) {
    var inputs = document.querySelectorAll('input[name="' + name + '"]');
    inputs.forEach(function (input) {
      if (input.value === remembered[name]) { input.checked = true; }
      input.addEventListener("change", function () {
        remembered[name] = input.value;
        try { localStorage.setItem(key, JSON.stringify(remembered)); } catch (error) { /* not kept */ }
        apply();
      });
    });
  });
  apply();

  /* A link to what is folded, or in the other view, shows it. */
  function show() {
    var target = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target) { return; }
    if (target.closest(".it") && chosen("view") === "clinic") { document.getElementById("view-it").click(); }
    if (target.closest(".clinic") && chosen("view") === "it") { document.getElementById("view-clinic").click(); }
    for (var each = target; each; each = each.parentElement) { if (each.tagName === "DETAILS") { each.open = true; } }
    target.scrollIntoView();
  }
  window.addEventListener("hashchange", show);
  show();

  var folded = [];
  window.addEventListener("beforeprint", function () {
    folded = Array.from(document.querySelectorAll("details:not([open])"));
    folded.forEach(function (each) { each.open = true; });
  });
  window.addEventListener("afterprint", function () { folded.forEach(function (each) { each.open = false; }); });

  function twin(english, other) {
    var all = document.createDocumentFragment();
    [["en", english], ["de", other]].forEach(function (pair) {
      var span = document.createElement("span");
      span.className = "l-" + pair[0];
      span.lang = pair[0];
      span.textContent = pair[1];
      all.append(span);
    });
    return all;
  }
  function value(row, column) {
    var cell = row.cells[column];
    var text = german() ? ".l-de" : ".l-en";
    var shown = cell.querySelector(text);
    return cell.dataset.sort === undefined ? (shown || cell).textContent.trim() : Number(cell.dataset.sort);
  }
  function sort(table, column, head) {
    var down = head.getAttribute("aria-sort") !== "descending";
    var rows = Array.from(table.tBodies[0].rows);
    rows.sort(function (one, two) {
      var a = value(one, column), b = value(two, column);
      var order = typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b));
      return down ? -order : order;
    });
    rows.forEach(function (row) { table.tBodies[0].append(row); });
    table.querySelectorAll("thead th").forEach(function (each) { each.removeAttribute("aria-sort"); });
    head.setAttribute("aria-sort", down ? "descending" : "ascending");
  }
  document.querySelectorAll("table.long").forEach(function (table) {
    table.querySelectorAll("thead th").forEach(function (head, column) {
      var button = document.createElement("button");
      button.type = "button";
      button.className = "sorter";
      button.append.apply(button, Array.from(head.childNodes));
      head.append(button);
      button.addEventListener("click", function () { sort(table, column, head); });
    });
    var label = document.createElement("label");
    label.className = "filter";
    label.append(twin("Filter rows", "Zeilen filtern"));
    var input = document.createElement("input");
    input.type = "search";
    label.append(input);
    table.closest(".scroll").before(label);
    input.addEventListener("input", function () {
      var wanted = input.value.toLowerCase();
      Array.from(table.tBodies[0].rows).forEach(function (row) {
        row.hidden = wanted !== "" && row.textContent.toLowerCase().indexOf(wanted) < 0;
      });
    });
  });
}());
