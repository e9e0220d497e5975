package quaylog;

import java.lang.reflect.Method;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.elasticsearch.common.logging.LogConfigurator;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.env.Environment;
import org.elasticsearch.node.InternalSettingsPreparer;
import org.elasticsearch.node.Node;
import org.elasticsearch.plugins.PluginsLoader;

/**
 * One Elasticsearch node without the server's own launcher, whose agent is not on Maven Central.
 * Arguments: home (jars and modules), folder of elasticsearch.yml, id of the process that the node ends with.
 */
public class EsNode {
    public static void main(String[] args) {
        endWith(Long.parseLong(args[2]));
        try {
            run(args);
        } catch (Throwable trouble) {
            trouble.printStackTrace();
            Runtime.getRuntime().halt(1);
        }
    }

    private static void run(String[] args) throws Exception {
        Settings home = Settings.builder().put("path.home", args[0]).build();
        Environment environment = InternalSettingsPreparer.prepareEnvironment(home, Map.of(), Path.of(args[1]), () -> "test");
        LogConfigurator.configure(environment, true);
        // The last argument: the server is on the class path, not the module path.
        PluginsLoader plugins = PluginsLoader.createPluginsLoader(
            bundles("loadModulesBundles", environment.modulesDir()),
            bundles("loadPluginsBundles", environment.pluginsDir()),
            Map.of(),
            false
        );
        Node node = new Node(environment, plugins);
        CountDownLatch stopped = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            try {
                node.close();
                node.awaitClose(10, TimeUnit.SECONDS);
            } catch (Exception trouble) {
                trouble.printStackTrace();
            } finally {
                stopped.countDown();
            }
        }));
        node.start();
        stopped.await();
    }

    /** Takes the folder, and since 9.0 also whether to skip what is not there. */
    @SuppressWarnings("unchecked")
    private static <T> Set<T> bundles(String method, Path folder) throws Exception {
        for (Method candidate : PluginsLoader.class.getMethods()) {
            if (!candidate.getName().equals(method)) continue;
            Object found = candidate.getParameterCount() == 1 ? candidate.invoke(null, folder) : candidate.invoke(null, folder, false);
            return (Set<T>) found;
        }
        throw new NoSuchMethodException(method);
    }

    private static void endWith(long pid) {
        ProcessHandle.of(pid).orElseThrow().onExit().thenRun(() -> Runtime.getRuntime().halt(0));
    }
}
