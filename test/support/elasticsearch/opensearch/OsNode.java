package quaylog;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.opensearch.Version;
import org.opensearch.common.logging.LogConfigurator;
import org.opensearch.common.settings.Settings;
import org.opensearch.env.Environment;
import org.opensearch.node.InternalSettingsPreparer;
import org.opensearch.node.Node;
import org.opensearch.plugins.PluginInfo;
import org.opensearch.transport.Netty4ModulePlugin;

/**
 * One OpenSearch node without the server's own launcher, with HTTP from the class path.
 * Arguments: home, folder of opensearch.yml, id of the process that the node ends with.
 */
public class OsNode extends Node {
    private static final PluginInfo HTTP = new PluginInfo(
        "transport-netty4",
        "HTTP",
        "1",
        Version.CURRENT,
        "21",
        Netty4ModulePlugin.class.getName(),
        null,
        List.of(),
        false
    );

    private OsNode(Environment environment) {
        super(environment, List.of(HTTP), true);
    }

    public static void main(String[] args) {
        ProcessHandle.of(Long.parseLong(args[2])).orElseThrow().onExit().thenRun(() -> Runtime.getRuntime().halt(0));
        try {
            Settings home = Settings.builder().put("path.home", args[0]).build();
            Environment environment = InternalSettingsPreparer.prepareEnvironment(home, Map.of(), Path.of(args[1]), () -> "test");
            LogConfigurator.configure(environment);
            new OsNode(environment).start();
            new CountDownLatch(1).await();
        } catch (Throwable trouble) {
            trouble.printStackTrace();
            Runtime.getRuntime().halt(1);
        }
    }
}
