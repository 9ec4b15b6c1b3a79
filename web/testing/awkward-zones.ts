/**
 * Difficult time zones: summer time, offsets of half and quarter hours, the earliest zone, half an hour of summer time.
 */
export const awkwardZones = [
  "Europe/London",
  "America/St_Johns",
  "Asia/Kathmandu",
  "Pacific/Kiritimati",
  "Australia/Lord_Howe",
  // Clocks change at midnight here, so one day in spring begins at 01:00.
  "America/Santiago",
] as const;
