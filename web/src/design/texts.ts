/** The words of the design system. */
export const designTexts = {
  retry: "Try again",
  loading: "Loading",
  requestId: (id: string) => `Number: ${id}`,
  more: "Show more",
  loadingMore: "Loading more",
  close: "Close",
  messages: "Messages",
  suggestions: (count: number) => (count === 1 ? "1 suggestion." : `${count} suggestions.`),
};
