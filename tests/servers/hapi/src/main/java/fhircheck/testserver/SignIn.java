package fhircheck.testserver;

import ca.uhn.fhir.interceptor.api.Hook;
import ca.uhn.fhir.interceptor.api.Interceptor;
import ca.uhn.fhir.interceptor.api.Pointcut;
import ca.uhn.fhir.rest.server.exceptions.AuthenticationException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;

/** Lets nothing but /metadata pass without one of the Authorization headers it was made with. */
@Interceptor
public class SignIn {

    private final List<String> accepted;

    public SignIn(List<String> accepted) {
        this.accepted = List.copyOf(accepted);
    }

    @Hook(Pointcut.SERVER_INCOMING_REQUEST_PRE_PROCESSED)
    public boolean asked(HttpServletRequest request, HttpServletResponse response) {
        String path = request.getPathInfo() == null ? "" : request.getPathInfo();
        if (path.equals("/metadata") || request.getMethod().equals("OPTIONS") || known(request.getHeader("Authorization"))) {
            return true;
        }
        response.addHeader("WWW-Authenticate", "Bearer realm=\"fhir\"");
        response.addHeader("WWW-Authenticate", "Basic realm=\"fhir\", charset=\"UTF-8\"");
        throw new AuthenticationException("Sign in first");
    }

    private boolean known(String header) {
        byte[] given = (header == null ? "" : header).getBytes(StandardCharsets.UTF_8);
        return accepted.stream().anyMatch(each -> MessageDigest.isEqual(each.getBytes(StandardCharsets.UTF_8), given));
    }
}
