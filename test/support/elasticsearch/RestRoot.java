package quaylog;

import java.util.List;
import org.elasticsearch.Build;
import org.elasticsearch.client.internal.node.NodeClient;
import org.elasticsearch.index.IndexVersion;
import org.elasticsearch.rest.RestChannel;
import org.elasticsearch.rest.RestHandler;
import org.elasticsearch.rest.RestRequest;
import org.elasticsearch.rest.RestResponse;
import org.elasticsearch.rest.RestStatus;
import org.elasticsearch.xcontent.XContentBuilder;

/** `GET /` and `HEAD /`, which say what server this is: the module that has them is not on Maven Central. */
class RestRoot implements RestHandler {
    @Override
    public List<Route> routes() {
        return List.of(new Route(RestRequest.Method.GET, "/"), new Route(RestRequest.Method.HEAD, "/"));
    }

    @Override
    public void handleRequest(RestRequest request, RestChannel channel, NodeClient client) throws Exception {
        Build build = Build.current();
        XContentBuilder answer = channel.newBuilder().startObject();
        answer.field("name", client.settings().get("node.name"));
        answer.field("cluster_name", client.settings().get("cluster.name"));
        answer.startObject("version");
        answer.field("number", build.version());
        answer.field("build_flavor", build.flavor());
        answer.field("build_hash", build.hash());
        answer.field("lucene_version", IndexVersion.current().luceneVersion().toString());
        answer.endObject();
        answer.field("tagline", "You Know, for Search");
        channel.sendResponse(new RestResponse(RestStatus.OK, answer.endObject()));
    }
}
