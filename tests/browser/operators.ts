import type { SignIn } from "@ticketing/launcher/mesh-file";
import { demoSignIns } from "@ticketing/launcher/seed";
import { enter, type Person } from "../support/clients.ts";
import type { BrowserMesh } from "./shared-mesh.ts";

const signInOf = (found: SignIn | undefined): SignIn => {
  if (!found) throw new Error("the demo data has no operator");
  return found;
};

/** The operator of the demo data. */
export const firstOperator = signInOf(demoSignIns.find(({ email }) => email.startsWith("operator")));

/** The address of another one, which the setup of the run makes an operator. */
export const SECOND_OPERATOR_EMAIL = "second-operator@example.com";

/** Another operator. */
export async function secondOperator(mesh: BrowserMesh): Promise<Person & { signIn: SignIn }> {
  const signIn = {
    email: SECOND_OPERATOR_EMAIL,
    password: "second-looks-on-too",
    displayName: "Oda Operator",
  };
  return { ...(await enter(mesh.addresses.gateway, signIn)), signIn };
}
