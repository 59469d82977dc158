#pragma once
#include <libxml/parser.h>

// The handlers of SAX 1: names are as written, with their prefixes, which the page does not declare.
// Without handlers for them, libxml2 reports neither errors nor declarations, and loads no entity.
static inline xmlSAXHandler cxml2_handler(
    startElementSAXFunc start, endElementSAXFunc end, charactersSAXFunc text,
    getEntitySAXFunc entity) {
  xmlSAXHandler handler = {0};
  handler.initialized = 1;  // XML_SAX2_MAGIC would be SAX 2.
  handler.startElement = start;
  handler.endElement = end;
  handler.characters = text;
  handler.ignorableWhitespace = text;
  handler.cdataBlock = text;
  handler.getEntity = entity;
  return handler;
}
