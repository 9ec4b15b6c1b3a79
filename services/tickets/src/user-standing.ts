/** Whether a user may sell and buy, as a version of the account has it. */
export interface UserStanding {
  version: number;
  suspended: boolean;
}
