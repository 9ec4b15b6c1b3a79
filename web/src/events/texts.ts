/** The words of finding an event and of naming its start. */
export const eventTexts = {
  noneFound: "No event that lies ahead fits this. One that has begun or is cancelled is found by its id.",
  whichTitle: "Which of the two do you mean?",
};
