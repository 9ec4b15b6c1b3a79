import { Category } from "@ticketing/proto/tickets/v1/ticket";

/** An event of the demo data with the seats that are for sale; prices in minor units. */
export interface DemoEvent {
  readonly category: Category;
  readonly title: string;
  readonly venue: string;
  readonly city: string;
  readonly currency: "USD" | "EUR" | "GBP";
  /** Days from the day of seeding, and the hour (UTC) it starts. */
  readonly inDays: number;
  readonly hour: number;
  readonly seats: readonly (readonly [section: string, row: string, number: string, price: number])[];
}

const { CONCERT, SPORTS, THEATRE, COMEDY, FESTIVAL } = Category;

/** Invented artists, teams and plays; real cities. */
export const demoEvents: readonly DemoEvent[] = [
  event(CONCERT, "Paper Lanterns: The Long Way Home", "Harbour Arena", "Boston", "USD", 24, 0, 9_500, 5),
  event(CONCERT, "Paper Lanterns: The Long Way Home", "Lakeside Pavilion", "Chicago", "USD", 31, 1, 8_900, 4),
  event(CONCERT, "Mireille Dufour sings Piaf", "Salle des Arts", "Paris", "EUR", 18, 19, 6_400, 4),
  event(CONCERT, "The Brass Foxes", "Camden Yard Hall", "London", "GBP", 12, 20, 4_200, 4),
  event(CONCERT, "Night Trains & Telegrams", "Red Mill", "Amsterdam", "EUR", 40, 19, 5_100, 3),
  event(CONCERT, "Sonora Quartet plays Beethoven", "Chamber House", "Vienna", "EUR", 55, 18, 7_700, 4),
  event(CONCERT, "Koto Sunrise", "Bay Theater", "San Francisco", "USD", 29, 3, 8_300, 4),
  event(SPORTS, "Boston Herons – Chicago Gales", "Commonwealth Garden", "Boston", "USD", 9, 23, 14_000, 5),
  event(SPORTS, "Chicago Gales – Austin Comets", "Lakeside Center", "Chicago", "USD", 16, 1, 11_500, 4),
  event(SPORTS, "Cup semi-final: Camden – Riverside", "Northbank Stadium", "London", "GBP", 21, 15, 9_900, 5),
  event(SPORTS, "City derby", "Olympic Park", "Munich", "EUR", 33, 14, 8_800, 4),
  event(SPORTS, "Grand slam, day 5", "Centre Gardens", "Paris", "EUR", 62, 9, 17_500, 4),
  event(SPORTS, "Title fight: Okafor – Lindqvist", "Desert Dome", "Las Vegas", "USD", 47, 4, 35_000, 4),
  event(THEATRE, "The Lighthouse Keeper's Daughter", "Palace Theatre", "London", "GBP", 7, 19, 5_800, 5),
  event(THEATRE, "Hamlet", "Globe Yard", "London", "GBP", 26, 18, 4_500, 4),
  event(THEATRE, "A Winter in Odessa", "Majestic", "New York", "USD", 14, 0, 12_900, 5),
  event(THEATRE, "Sweet Thunder: the musical", "Orpheum", "New York", "USD", 36, 0, 18_900, 4),
  event(THEATRE, "Faust I", "Schauspielhaus", "Vienna", "EUR", 44, 18, 6_900, 3),
  event(COMEDY, "Dara Quill: Sorry in Advance", "The Cellar", "New York", "USD", 11, 1, 3_900, 3),
  event(FESTIVAL, "Tulip Fields Weekend", "Bloemenpark", "Amsterdam", "EUR", 75, 11, 15_900, 3),
];

function event(
  category: Category,
  title: string,
  venue: string,
  city: string,
  currency: DemoEvent["currency"],
  inDays: number,
  hour: number,
  price: number,
  count: number,
): DemoEvent {
  const sections = ["Floor", "Stalls", "Balcony"];
  const seats = Array.from({ length: count }, (_, index) => {
    const section = sections[index % sections.length] ?? "Floor";
    // The farther from the stage, the cheaper.
    const share = 1 - 0.25 * (index % sections.length);
    return [
      section,
      String.fromCharCode(65 + index),
      `${3 + 4 * index}`,
      Math.round((price * share) / 100) * 100,
    ] as const;
  });
  return { category, title, venue, city, currency, inDays, hour, seats };
}
