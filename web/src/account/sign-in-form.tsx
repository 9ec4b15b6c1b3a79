import { SignInRequestSchema } from "@ticketing/proto/auth/v1/auth_service";
import { useState } from "react";
import { Button } from "../design/button.tsx";
import { Field } from "../design/field.tsx";
import { Form } from "../form/form.tsx";
import { useMessageForm } from "../form/use-message-form.ts";
import { signIn } from "../session/session.ts";
import { accountTexts as texts } from "./texts.ts";

/** Address and password. Used by the sign-in page and where a session ended under a screen. */
export function SignInForm(props: { email?: string; onDone?: () => void }) {
  const [email, setEmail] = useState(props.email ?? "");
  const [password, setPassword] = useState("");
  const form = useMessageForm({
    schema: SignInRequestSchema,
    message: { email, password },
    async send(message) {
      await signIn(message);
      props.onDone?.();
    },
  });
  return (
    <Form form={form} label={texts.signIn}>
      <Field
        label={texts.email}
        type="email"
        name="email"
        autoComplete="username"
        value={email}
        error={form.errorOf("email")}
        onChange={(event) => setEmail(event.target.value)}
      />
      <Field
        label={texts.password}
        type="password"
        name="password"
        autoComplete="current-password"
        value={password}
        error={form.errorOf("password")}
        onChange={(event) => setPassword(event.target.value)}
      />
      <Button type="submit" wide pending={form.pending}>
        {texts.signIn}
      </Button>
    </Form>
  );
}
