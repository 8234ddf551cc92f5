package fhircheck.testserver;

import static ca.uhn.fhir.rest.server.util.ISearchParamRegistry.SearchParamLookupContextEnum.ALL;

import ca.uhn.fhir.batch2.jobs.export.BulkDataExportProvider;
import ca.uhn.fhir.context.FhirContext;
import ca.uhn.fhir.context.RuntimeSearchParam;
import ca.uhn.fhir.context.support.IValidationSupport;
import ca.uhn.fhir.jpa.api.config.JpaStorageSettings;
import ca.uhn.fhir.jpa.api.dao.IFhirSystemDao;
import ca.uhn.fhir.jpa.binary.interceptor.BinaryStorageInterceptor;
import ca.uhn.fhir.jpa.binary.provider.BinaryAccessProvider;
import ca.uhn.fhir.jpa.provider.JpaCapabilityStatementProvider;
import ca.uhn.fhir.jpa.provider.JpaSystemProvider;
import ca.uhn.fhir.jpa.provider.ValueSetOperationProvider;
import ca.uhn.fhir.jpa.search.DatabaseBackedPagingProvider;
import ca.uhn.fhir.narrative2.NullNarrativeGenerator;
import ca.uhn.fhir.rest.api.EncodingEnum;
import ca.uhn.fhir.rest.server.RestfulServer;
import ca.uhn.fhir.rest.server.interceptor.CorsInterceptor;
import ca.uhn.fhir.rest.server.provider.ResourceProviderFactory;
import ca.uhn.fhir.rest.server.util.ISearchParamRegistry;
import ca.uhn.fhir.util.FhirTerser;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Base64;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.eclipse.jetty.ee10.servlet.FilterHolder;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.eclipse.jetty.ee10.servlet.ServletHolder;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.hl7.fhir.instance.model.api.IBase;
import org.hl7.fhir.r4.model.CapabilityStatement.CapabilityStatementRestResourceComponent;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.web.cors.CorsConfiguration;

/**
 * HAPI FHIR JPA (R4) on loopback: /fhir for all, /secured the same data for who signs in.
 *
 * <p>Argument: the file to which the port is written when it answers. HAPI_TEST_PORT: the port, 0 for any free one.
 * HAPI_TEST_STARTER: number of the process that starts it; beside the port's file, the folder "users" says who uses it.
 * HAPI_TEST_TOKEN, HAPI_TEST_USER, HAPI_TEST_PASSWORD: what /secured accepts.
 */
public final class TestServer {

    private static final long PAUSE = 2000;

    private TestServer() {}

    public static void main(String[] arguments) throws Exception {
        AnnotationConfigApplicationContext beans = new AnnotationConfigApplicationContext(Storage.class);
        Server server = new Server();
        ServerConnector connector = new ServerConnector(server);
        InetSocketAddress address = new InetSocketAddress("127.0.0.1", Integer.parseInt(setting("HAPI_TEST_PORT", "0")));
        connector.setHost(address.getHostString());
        connector.setPort(address.getPort());
        server.addConnector(connector);
        ServletContextHandler context = new ServletContextHandler("/");
        mount(context, "/fhir/*", restful(beans, null));
        mount(context, "/secured/*", restful(beans, new SignIn(accepted())));
        context.addFilter(new FilterHolder(TestServer::impatient), "/*", EnumSet.of(DispatcherType.REQUEST));
        server.setHandler(context);
        server.start();
        Path written = Path.of(arguments[0]);
        Path beside = written.resolveSibling(written.getFileName() + ".part");
        Files.writeString(beside, Integer.toString(connector.getLocalPort()));
        Files.move(beside, written, StandardCopyOption.ATOMIC_MOVE);
        endWithUsers(written.resolveSibling("users"), Long.parseLong(setting("HAPI_TEST_STARTER", "0")));
        server.join();
    }

    /** End where who started it has gone, and of the users (files named by their process, or "kept") none is left. */
    private static void endWithUsers(Path users, long starter) {
        Thread watch = new Thread(() -> {
            while (isAlive(starter) || anyAlive(users)) {
                try {
                    Thread.sleep(PAUSE);
                } catch (InterruptedException stopped) {
                    return;
                }
            }
            System.exit(0);
        });
        watch.setDaemon(true);
        watch.start();
    }

    private static boolean anyAlive(Path users) {
        String[] names = users.toFile().list();
        return names != null
                && Stream.of(names).anyMatch(each -> each.equals("kept") || isAlive(Long.parseLong(each)));
    }

    private static boolean isAlive(long process) {
        return ProcessHandle.of(process).map(ProcessHandle::isAlive).orElse(false);
    }

    private static void mount(ServletContextHandler context, String path, RestfulServer servlet) {
        ServletHolder holder = new ServletHolder(path, servlet);
        holder.setInitOrder(1);
        context.addServlet(holder, path);
    }

    /** An export asks to be polled every two minutes; tests have a second. */
    private static void impatient(ServletRequest request, ServletResponse response, FilterChain rest)
            throws IOException, ServletException {
        rest.doFilter(request, new HttpServletResponseWrapper((HttpServletResponse) response) {
            @Override
            public void addHeader(String name, String value) {
                super.addHeader(name, name.equalsIgnoreCase("Retry-After") ? "1" : value);
            }

            @Override
            public void setHeader(String name, String value) {
                super.setHeader(name, name.equalsIgnoreCase("Retry-After") ? "1" : value);
            }
        });
    }

    private static RestfulServer restful(AnnotationConfigApplicationContext beans, SignIn signIn) {
        FhirContext fhir = beans.getBean(FhirContext.class);
        fhir.setNarrativeGenerator(new NullNarrativeGenerator());
        RestfulServer server = new RestfulServer(fhir);
        server.registerProviders(beans.getBean(ResourceProviderFactory.class).createProviders());
        server.registerProvider(beans.getBean(JpaSystemProvider.class));
        server.registerProvider(beans.getBean(BulkDataExportProvider.class));
        server.registerProvider(beans.getBean(BinaryAccessProvider.class));
        server.registerProvider(beans.getBean(ValueSetOperationProvider.class));
        server.setServerConformanceProvider(conformance(beans, server));
        server.setPagingProvider(paging(beans));
        server.setDefaultResponseEncoding(EncodingEnum.JSON);
        server.registerInterceptor(beans.getBean(BinaryStorageInterceptor.class));
        server.registerInterceptor(cors());
        if (signIn != null) {
            server.registerInterceptor(signIn);
        }
        return server;
    }

    private static DatabaseBackedPagingProvider paging(AnnotationConfigApplicationContext beans) {
        DatabaseBackedPagingProvider paging = beans.getBean(DatabaseBackedPagingProvider.class);
        paging.setDefaultPageSize(20);
        paging.setMaximumPageSize(500);
        return paging;
    }

    private static JpaCapabilityStatementProvider conformance(
            AnnotationConfigApplicationContext beans, RestfulServer server) {
        ISearchParamRegistry registry = beans.getBean(ISearchParamRegistry.class);
        JpaCapabilityStatementProvider provider = new JpaCapabilityStatementProvider(
                server,
                beans.getBean(IFhirSystemDao.class),
                beans.getBean(JpaStorageSettings.class),
                registry,
                beans.getBean(IValidationSupport.class)) {
            @Override
            protected void postProcessRestResource(FhirTerser terser, IBase resource, String name) {
                ((CapabilityStatementRestResourceComponent) resource)
                        .getSearchParam()
                        .removeIf(each -> isRetired(registry.getActiveSearchParam(name, each.getName(), ALL)));
            }
        };
        provider.setImplementationDescription("Test server of fhircheck");
        return provider;
    }

    /** What was retired is not served any more, and must not be declared either. */
    private static boolean isRetired(RuntimeSearchParam parameter) {
        return parameter != null && parameter.getStatus() == RuntimeSearchParam.RuntimeSearchParamStatusEnum.RETIRED;
    }

    private static CorsInterceptor cors() {
        CorsConfiguration rules = new CorsConfiguration();
        rules.setAllowedHeaders(List.of("Accept", "Authorization", "Content-Type", "If-Match", "If-None-Match", "Origin", "Prefer"));
        rules.setAllowedOrigins(List.of("https://app.example.org"));
        rules.setAllowedMethods(List.of("GET", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "HEAD"));
        rules.setExposedHeaders(List.of("Location", "Content-Location", "ETag"));
        return new CorsInterceptor(rules);
    }

    private static List<String> accepted() {
        List<String> headers = new ArrayList<>();
        if (!setting("HAPI_TEST_TOKEN", "").isEmpty()) {
            headers.add("Bearer " + setting("HAPI_TEST_TOKEN", ""));
        }
        if (!setting("HAPI_TEST_USER", "").isEmpty()) {
            String pair = setting("HAPI_TEST_USER", "") + ":" + setting("HAPI_TEST_PASSWORD", "");
            headers.add("Basic " + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8)));
        }
        return headers;
    }

    private static String setting(String name, String otherwise) {
        Map<String, String> environment = System.getenv();
        return environment.getOrDefault(name, otherwise);
    }
}
