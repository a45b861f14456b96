// Drags a job onto a lane. What is dragged and where it falls; what follows is the desk's.

import { draggable, dropTargetForElements } from "@atlaskit/pragmatic-drag-and-drop/element/adapter";
import type { Attachment } from "svelte/attachments";
import type { Id } from "../api/types";
import type { Desk } from "./desk.svelte";

const KIND = "sortie-job";

/** The job is asked for when a drag begins, so a new view of it does not take the element down. */
export function draggableJob(desk: Desk, what: () => { id: Id; movable: boolean }): Attachment<HTMLElement> {
  return (element) =>
    draggable({
      element,
      canDrag: () => what().movable,
      getInitialData: () => ({ kind: KIND, id: what().id }),
      onDragStart: () => desk.startDrag(what().id),
      onDrop: () => desk.endDrag(),
    });
}

export function jobTarget(handlers: {
  onOver: (isOver: boolean) => void;
  onDrop: (id: Id, clientX: number) => void;
}): Attachment<HTMLElement> {
  return (element) =>
    dropTargetForElements({
      element,
      canDrop: ({ source }) => source.data["kind"] === KIND,
      onDragEnter: () => handlers.onOver(true),
      onDragLeave: () => handlers.onOver(false),
      onDrop: ({ source, location }) => {
        handlers.onOver(false);
        handlers.onDrop(source.data["id"] as Id, location.current.input.clientX);
      },
    });
}
