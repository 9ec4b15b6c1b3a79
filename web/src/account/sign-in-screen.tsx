import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import { Card } from "../design/card.tsx";
import { PageHeader } from "../design/page.tsx";
import styles from "./account.module.css";
import { SignInForm } from "./sign-in-form.tsx";
import { SignUpForm } from "./sign-up-form.tsx";
import { accountTexts as texts } from "./texts.ts";

/** The page for signing in. Leads back to the page before it. */
export function SignInScreen() {
  const { from } = getRouteApi("/sign-in").useSearch();
  const goBack = useGoBack(from);
  return (
    <div className={styles.narrow}>
      <PageHeader title={texts.signIn} lead={from ? texts.needsAccount : texts.signInLead} />
      <Card>
        <SignInForm onDone={goBack} />
      </Card>
      <p className={styles.aside}>
        {texts.noAccount}{" "}
        <Link to="/sign-up" search={{ from }}>
          {texts.signUp}
        </Link>
      </p>
    </div>
  );
}

/** The page for a new account. Leads back to the page before it. */
export function SignUpScreen() {
  const { from } = getRouteApi("/sign-up").useSearch();
  const goBack = useGoBack(from);
  return (
    <div className={styles.narrow}>
      <PageHeader title={texts.signUp} lead={texts.signUpLead} />
      <Card>
        <SignUpForm onDone={goBack} />
      </Card>
      <p className={styles.aside}>
        {texts.haveAccount}{" "}
        <Link to="/sign-in" search={{ from }}>
          {texts.signIn}
        </Link>
      </p>
    </div>
  );
}

function useGoBack(from: string | undefined): () => void {
  const navigate = useNavigate();
  return () => void navigate({ href: from ?? "/", replace: true });
}
