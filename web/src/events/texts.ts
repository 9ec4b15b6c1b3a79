/** The words of finding an event and of naming its start. */
export const eventTexts = {
  whichTitle: "Which of the two do you mean?",
};
