// Before htmx begins, which is when the page is read: no styles and no code in the page, for its
// security policy; no copies of pages in the browser's store; requests to this host alone.
Object.assign(htmx.config, {
  includeIndicatorStyles: false,
  allowEval: false,
  historyCacheSize: 0,
  selfRequestsOnly: true,
});
