import { Select } from "../design/field.tsx";
import { countryCodes, countryName, timeZonesOf } from "../format/country.ts";
import { clockName } from "../format/venue-time.ts";
import { proposalTexts as texts } from "./proposal-texts.ts";
import styles from "./sell.module.css";

/** Country and time zone of a city that nobody knows, or of which there are several. */
export function PlaceOfCity(props: {
  /** The countries and time zones of the cities of this name, each a list with commas; empty: any. */
  among: { readonly countries: string; readonly timeZones: string };
  place: { readonly country: string; readonly timeZone: string };
  onChange: (place: { country: string; timeZone: string }) => void;
}) {
  const { among, place } = props;
  const countries = listed(among.countries) ?? countryCodes();
  const own = timeZonesOf(place.country);
  // Of the zones that the service names, those of the country, where the platform calls them the same.
  const named = listed(among.timeZones);
  const zones = named?.filter((zone) => own.includes(zone)) ?? own;
  return (
    <div className={styles.pair}>
      <Select
        label={texts.country}
        name="country"
        value={place.country}
        onChange={(event) => {
          const country = event.target.value;
          const [zone = "", ...more] = timeZonesOf(country);
          props.onChange({ country, timeZone: more.length === 0 ? zone : "" });
        }}
      >
        <option value="">{texts.choose}</option>
        {countries.map((code) => (
          <option key={code} value={code}>
            {countryName(code)}
          </option>
        ))}
      </Select>
      <Select
        label={texts.timeZone}
        name="timeZone"
        value={place.timeZone}
        onChange={(event) => props.onChange({ ...place, timeZone: event.target.value })}
      >
        <option value="">{texts.choose}</option>
        {(zones.length > 0 ? zones : (named ?? own)).map((zone) => (
          <option key={zone} value={zone}>
            {clockName(zone)}
          </option>
        ))}
      </Select>
    </div>
  );
}

const listed = (list: string): readonly string[] | undefined => (list ? list.split(/,\s*/) : undefined);
